"""The `aws` resource provider of the sandbox.

Pulumi's ResourceProvider protocol over boto3, for loopback endpoints only.
"""

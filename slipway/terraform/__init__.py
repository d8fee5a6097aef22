"""`slipway export-terraform`: what a stack registers, written as Terraform's JSON for scanners to read.

The project's program runs against Pulumi's mock engine, which answers every output with a reference; nothing asks AWS.
"""

"""Pipelines: a definition read and checked, and executions whose steps create real jobs.

Source of the language: "Amazon SageMaker Pipelines Definition JSON schema", version 2020-12-01.
"""

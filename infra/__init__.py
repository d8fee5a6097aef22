"""The program: what `pulumi up` runs to declare a stack."""

"""Policy packs: folders of rules in processes of their own, asked about every resource and about the whole stack."""

"""Thirty things in two editions (PROGRAM_EDITION): the second updates, replaces either way, deletes and adds."""

import os

import pulumi
from lab_sdk import Group, Provider, Store, Thing

second = os.environ.get("PROGRAM_EDITION") == "2"
word = "new" if second else "old"

net = Thing("net", value="10.0.0.0/16")
before = net
for n in range(4):
    before = Thing(f"same{n}", value=before.arn)
for n in range(5):
    Thing(f"patched{n}", value=word, note=net.arn)
for n in range(3):
    kind = Thing(f"kind{n}", kind=word, value=net.arn)
    Thing(f"follower{n}", value=kind.arn)
for n in range(3):
    pinned = Thing(f"pinned{n}", fixedName=f"pinned{n}", kind=word)
    if n:
        # Replaced with it: when it is deleted first, this one is deleted before it.
        Thing(f"tied{n}", kind=pinned.arn)
if not second:
    before = net
    for n in range(4):
        before = Store(f"gone{n}", value=before.arn)
else:
    before = net
    for n in range(4):
        before = Store(f"added{n}", value=before.arn)
west = Provider("west", region="west", prefix=word)
for n in range(2):
    Thing(f"west{n}", value="here", opts=pulumi.ResourceOptions(provider=west))
Thing("secret", password=pulumi.Output.secret("hunter2"), withToken=True, value=word)
group = Group("group")
for n in range(2):
    Thing(f"inner{n}", kind=word, opts=pulumi.ResourceOptions(parent=group))
pulumi.export("net", net.arn)
pulumi.export("edition", word)

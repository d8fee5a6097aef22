"""The whole stack on one screen: settings, provider, components, exports."""

from __future__ import annotations

import pulumi

from infra import answering, learning, surroundings
from infra.exports import endpoint_export, network_export, serving_export, training_export
from infra.ground import ground as lay_ground
from infra.provider import aws_provider
from infra.stack import Stack
from infra.stack_config import read_names, read_settings


def deploy() -> None:
    """Declare the stack that is running."""
    settings, names = read_settings(), read_names()
    ours = pulumi.ResourceOptions(providers=[aws_provider(settings.stack, names)])
    stack = Stack(settings=settings, names=names, ours=ours)

    ground = lay_ground(stack)
    network = surroundings.network(stack, ground)
    subnets = surroundings.subnets(network)
    databases, workgroup = surroundings.queries(stack, ground)
    surroundings.trail(stack, ground)
    surroundings.budget(stack)

    learning.images(stack, ground)
    training_code = learning.code_package("training", stack, ground)
    serving_code = learning.code_package("serving", stack, ground)
    topic = answering.notifications(stack, ground)
    registry = learning.registry(stack, topic)
    training = learning.training(stack, ground, subnets)
    watch = answering.drift(stack, ground, topic, subnets)
    learning.pipeline(stack, ground, training_code, serving_code, subnets=subnets, watch=watch)
    tracking = learning.tracking(stack, ground)

    events = answering.events(stack, ground)
    rings = answering.alarms(stack, topic)
    role = answering.serving_role(stack, ground, topic, rings, subnets)
    endpoint = answering.endpoint(stack, ground, topic, rings, role, serving_code, subnets)
    dashboard = answering.dashboard(stack, ground, endpoint)
    surroundings.office_hours(stack, ground, endpoint)
    delivery = surroundings.delivery(stack)

    pulumi.export("lake", dict(ground.lake.buckets))
    pulumi.export("queries", {"databases": dict(databases), "workgroup": workgroup})
    pulumi.export("key_arn", ground.key.arn)
    pulumi.export("registry", {"model_package_group_name": registry.model_package_group_name})
    pulumi.export("delivery", None if delivery is None else delivery.arns)
    pulumi.export("network", None if network is None else network_export(network))
    pulumi.export("tracking", None if tracking is None else {"mlflow_app_arn": tracking.arn})
    pulumi.export("notifications", {"topic_arn": topic.topic_arn})
    pulumi.export("dashboard", {"name": dashboard.dashboard_name})
    pulumi.export("training", training_export(stack, training, training_code, ground.lake))
    pulumi.export("serving", serving_export(stack, role, serving_code, events.log_group))
    pulumi.export("endpoint", endpoint_export(endpoint))

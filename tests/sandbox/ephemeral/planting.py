"""Leaves something of every kind in an account, as a stack or what runs in it would."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from tests.sandbox.sagemaker.samples import request

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.ephemeral.account import Account

ROLE = "arn:aws:iam::777788889999:role/worker"
IMAGE = "777788889999.dkr.ecr.us-east-1.amazonaws.com/slipway-test/anything:1"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}
)
RUNS = {
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}

DEFINITIONS = {
    "data quality": "DataQuality",
    "model quality": "ModelQuality",
    "model bias": "ModelBias",
    "explainability": "ModelExplainability",
}


class Planter:
    """Plants for one stack; what can bear tags bears the stack's."""

    def __init__(self, account: Account, stack: str) -> None:
        self.account = account
        self.stack = stack
        self.base = f"slipway-{stack}"
        self.tags = {"project": "slipway", "stack": stack, "owner": "me"}

    def client(self, service: str) -> Any:
        return self.account.client(service)

    @property
    def pairs(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]

    @property
    def small_pairs(self) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in self.tags.items()]

    def marked(self, kind: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": self.pairs}]

    def sagemaker(self, noun: str, **named: Any) -> Any:
        """Create one of SageMaker's kinds by the smallest request that there is."""
        asked = {**request(f"Create{noun}"), **named, "Tags": self.pairs}
        call = getattr(self.client("sagemaker"), _snake(f"Create{noun}"))
        return call(**{name: value for name, value in asked.items() if value is not None})

    def all(self) -> None:
        """Plant one of each, in an order in which AWS takes them."""
        for plant in PLANTS.values():
            plant(self)

    # what SageMaker has

    def training_job(self) -> None:
        self.client("sagemaker").create_training_job(
            TrainingJobName=f"{self.base}-20261125-120000-0a1b",
            RoleArn=ROLE,
            AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            OutputDataConfig={"S3OutputPath": f"s3://{self.base}-data/models/"},
            **RUNS,
        )

    def processing_job(self) -> None:
        self.client("sagemaker").create_processing_job(
            ProcessingJobName=f"monitoring-{self.stack}",
            RoleArn=ROLE,
            AppSpecification={"ImageUri": IMAGE},
            ProcessingResources={
                "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
            },
            Tags=self.pairs,
        )

    def transform_job(self) -> None:
        self.client("sagemaker").create_transform_job(
            TransformJobName=f"scoring-{self.stack}",
            ModelName=self.base,
            TransformInput={
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.base}-data/in/"}}
            },
            TransformOutput={"S3OutputPath": f"s3://{self.base}-data/out/"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
            Tags=self.pairs,
        )

    def stream(self) -> None:
        logs, group = self.client("logs"), "/aws/sagemaker/TrainingJobs"
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName=f"{self.base}-20261124-120000-0a1b/algo-1-1")

    def pipeline(self) -> None:
        definition = {
            "Version": "2020-12-01",
            "Steps": [{"Name": "stop", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}],
        }
        self.client("sagemaker").create_pipeline(
            PipelineName=self.base,
            PipelineDefinition=json.dumps(definition),
            ClientRequestToken="t" * 32,
            RoleArn=ROLE,
            Tags=self.pairs,
        )

    def model(self) -> None:
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://{self.base}-data/model.tar.gz"}
        self.client("sagemaker").create_model(
            ModelName=self.base, ExecutionRoleArn=ROLE, PrimaryContainer=container, Tags=self.pairs
        )

    def configuration(self) -> None:
        variant = {
            "VariantName": "main",
            "ModelName": self.base,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
        }
        self.client("sagemaker").create_endpoint_config(
            EndpointConfigName=self.base, ProductionVariants=[variant], Tags=self.pairs
        )

    def endpoint(self) -> None:
        self.client("sagemaker").create_endpoint(EndpointName=self.base, EndpointConfigName=self.base, Tags=self.pairs)

    def package(self) -> None:
        sagemaker = self.client("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName=self.base, Tags=self.pairs)
        sagemaker.create_model_package(
            ModelPackageGroupName=self.base,
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{self.base}-data/model.tar.gz"}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )

    # what watches

    def late_log_group(self) -> None:
        """Make a group as a late push does: by name only, without tags."""
        self.client("logs").create_log_group(logGroupName=f"/aws/sagemaker/Endpoints/{self.base}")

    def log_policy(self) -> None:
        group = f"/aws/events/{self.base}"
        self.client("logs").create_log_group(logGroupName=group, tags=self.tags)
        arn = f"arn:aws:logs:us-east-1:777788889999:log-group:{group}"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": f"{arn}:*",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("logs").put_resource_policy(policyDocument=document, resourceArn=arn)

    def alarms(self) -> None:
        cloudwatch = self.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName=f"errors-{self.stack}",
            MetricName="Errors",
            Namespace="AWS/SageMaker",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            Tags=self.pairs,
        )
        rule = f'ALARM("errors-{self.stack}")'
        cloudwatch.put_composite_alarm(AlarmName=f"any-{self.stack}", AlarmRule=rule, Tags=self.pairs)

    def dashboard(self) -> None:
        body = json.dumps({"widgets": []})
        self.client("cloudwatch").put_dashboard(DashboardName=self.base, DashboardBody=body)

    def rule(self) -> None:
        events = self.client("events")
        name = f"events-{self.stack}"
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.sagemaker"]}), Tags=self.pairs)
        arn = f"arn:aws:logs:us-east-1:777788889999:log-group:/aws/events/{self.base}"
        events.put_targets(Rule=name, Targets=[{"Id": "logs", "Arn": arn}])

    def topic(self) -> None:
        self.client("sns").create_topic(Name=f"news-{self.stack}", Tags=self.pairs)

    # what runs at times

    def schedules(self) -> None:
        scheduler = self.client("scheduler")
        scheduler.create_schedule_group(Name=f"hours-{self.stack}", Tags=self.pairs)
        target = {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", "RoleArn": ROLE, "Input": "{}"}
        for group, name in ((f"hours-{self.stack}", "stop"), ("default", self.base)):
            scheduler.create_schedule(
                GroupName=group,
                Name=name,
                ScheduleExpression="rate(1 day)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target=target,
            )

    def scalable_target(self) -> None:
        self.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="sagemaker",
            ResourceId=f"endpoint/{self.base}/variant/main",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
            MinCapacity=1,
            MaxCapacity=2,
        )

    def function(self) -> None:
        import io  # noqa: PLC0415
        import zipfile  # noqa: PLC0415

        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("main.py", "def handler(event, context): return None\n")
        self.role("function")
        self.client("lambda").create_function(
            FunctionName=f"drift-{self.stack}",
            Runtime="python3.12",
            Role=f"arn:aws:iam::777788889999:role/function-{self.stack}",
            Handler="main.handler",
            Code={"ZipFile": data.getvalue()},
            Tags=self.tags,
        )

    def queue(self) -> None:
        self.client("sqs").create_queue(QueueName=f"dead-{self.stack}", tags=self.tags)

    def secret(self) -> None:
        self.client("secretsmanager").create_secret(Name=f"token-{self.stack}", SecretString="x", Tags=self.pairs)

    # what holds data

    def bucket(self) -> None:
        s3, name = self.client("s3"), f"{self.base}-data"
        s3.create_bucket(Bucket=name)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": self.pairs})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for body in (b"one", b"two"):
            s3.put_object(Bucket=name, Key="models/job/output/model.tar.gz", Body=body)
        s3.delete_object(Bucket=name, Key="models/job/output/model.tar.gz")
        s3.create_multipart_upload(Bucket=name, Key="captures/half")

    def database(self) -> None:
        name = f"{self.base.replace('-', '_')}_raw"
        self.client("glue").create_database(DatabaseInput={"Name": name})
        self.client("glue").create_table(DatabaseName=name, TableInput={"Name": "flights"})

    def workgroup(self) -> None:
        self.client("athena").create_work_group(Name=f"queries-{self.stack}", Tags=self.pairs)

    def repository(self) -> None:
        self.client("ecr").create_repository(repositoryName=f"{self.base}/training", tags=self.pairs)

    # who may do what

    def role(self, name: str = "worker") -> None:
        iam, role = self.client("iam"), f"{name}-{self.stack}"
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST, Tags=self.pairs)
        iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=ALLOW)
        iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")

    def policy(self) -> None:
        iam = self.client("iam")
        made = iam.create_policy(PolicyName=f"read-{self.stack}", PolicyDocument=ALLOW, Tags=self.pairs)["Policy"]
        iam.create_policy_version(PolicyArn=made["Arn"], PolicyDocument=ALLOW, SetAsDefault=True)

    def key(self) -> None:
        pairs = [{"TagKey": key, "TagValue": value} for key, value in self.tags.items()]
        made = self.client("kms").create_key(Tags=pairs)["KeyMetadata"]["KeyId"]
        self.client("kms").create_alias(AliasName=f"alias/key-{self.stack}", TargetKeyId=made)

    # a network

    def network(self) -> None:
        """Plant a network, and in it an interface that bears no tags, as SageMaker leaves them."""
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=self.marked("vpc"))["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24", TagSpecifications=self.marked("subnet"))
        subnet_id = subnet["Subnet"]["SubnetId"]
        group = ec2.create_security_group(
            GroupName=f"models-{self.stack}",
            Description="models",
            VpcId=vpc,
            TagSpecifications=self.marked("security-group"),
        )["GroupId"]
        ec2.create_network_interface(SubnetId=subnet_id, Groups=[group])
        table = ec2.create_route_table(VpcId=vpc, TagSpecifications=self.marked("route-table"))
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            VpcEndpointType="Gateway",
            ServiceName="com.amazonaws.us-east-1.s3",
            RouteTableIds=[table["RouteTable"]["RouteTableId"]],
            TagSpecifications=self.marked("vpc-endpoint"),
        )
        address = ec2.allocate_address(Domain="vpc", TagSpecifications=self.marked("elastic-ip"))
        ec2.create_nat_gateway(
            SubnetId=subnet_id, AllocationId=address["AllocationId"], TagSpecifications=self.marked("natgateway")
        )
        self.client("logs").create_log_group(logGroupName=f"/aws/vpc/{self.base}", tags=self.tags)
        ec2.create_flow_logs(
            ResourceIds=[vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogGroupName=f"/aws/vpc/{self.base}",
            DeliverLogsPermissionArn=f"arn:aws:iam::777788889999:role/worker-{self.stack}",
            TagSpecifications=self.marked("vpc-flow-log"),
        )


def _definition(noun: str) -> Callable[[Planter], Any]:
    return lambda one: one.sagemaker(f"{noun}JobDefinition", JobDefinitionName=one.base)


def _snake(name: str) -> str:
    import botocore  # noqa: PLC0415

    return str(botocore.xform_name(name))


PLANTS: dict[tuple[str, ...], Callable[[Planter], Any]] = {
    ("buckets",): Planter.bucket,
    ("roles",): Planter.role,
    ("models",): Planter.model,
    ("endpoint configurations",): Planter.configuration,
    ("endpoints",): Planter.endpoint,
    ("training jobs",): Planter.training_job,
    ("processing jobs",): Planter.processing_job,
    ("transform jobs",): Planter.transform_job,
    ("log streams of jobs",): Planter.stream,
    ("pipelines",): Planter.pipeline,
    ("monitoring schedules",): lambda one: one.sagemaker("MonitoringSchedule", MonitoringScheduleName=one.base),
    **{(f"{words} job definitions",): _definition(noun) for words, noun in DEFINITIONS.items()},
    ("inference components",): lambda one: one.sagemaker("InferenceComponent", InferenceComponentName=one.base),
    ("feature groups",): lambda one: one.sagemaker("FeatureGroup", FeatureGroupName=one.base),
    ("MLflow Apps",): lambda one: one.sagemaker("MlflowApp", Name=one.base),
    ("model packages", "model package groups"): Planter.package,
    ("log policies", "log groups"): Planter.log_policy,
    ("log groups",): Planter.late_log_group,
    ("alarms",): Planter.alarms,
    ("dashboards",): Planter.dashboard,
    ("event rules",): Planter.rule,
    ("topics",): Planter.topic,
    ("schedules", "schedule groups"): Planter.schedules,
    ("scalable targets",): Planter.scalable_target,
    ("functions",): Planter.function,
    ("queues",): Planter.queue,
    ("secrets",): Planter.secret,
    ("databases",): Planter.database,
    ("workgroups",): Planter.workgroup,
    ("repositories",): Planter.repository,
    ("policies",): Planter.policy,
    ("keys", "key aliases"): Planter.key,
    (
        "networks",
        "subnets",
        "security groups",
        "network interfaces",
        "route tables",
        "VPC endpoints",
        "NAT gateways",
        "elastic addresses",
        "flow logs",
    ): Planter.network,
}
"""What makes things of which kinds."""

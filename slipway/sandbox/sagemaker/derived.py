"""What AWS's answers hold that no request gave: worked out from what is remembered, when somebody asks."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.kinds import Kind

Record = dict[str, Any]
Derive = Callable[[Record, Context], Record]

TIMES = {
    "CreatedAt": "CreationTime",
    "CreateDate": "CreationTime",
    "LastModifiedAt": "LastModifiedTime",
    "LastUpdatedDate": "LastModifiedTime",
}
"""Other names of the two times that every record has."""


def told(entry: Kind, record: Record, context: Context) -> Record:
    """Return a record with everything that Describe and List may tell of it."""
    derive = DERIVED.get(entry.noun)
    times = {name: record[of] for name, of in TIMES.items() if of in record}
    reason = {"FailureReason": f"the sandbox does not do the work of a {entry.noun}"} if entry.undone else {}
    secondary = {name: "Failed" for name in ("SecondaryStatus", "JobSecondaryStatus") if entry.undone}
    return times | reason | secondary | record | ({} if derive is None else derive(record, context))


def _cluster(record: Record, _: Context) -> Record:
    groups = [group | _sized(group) for group in record.get("InstanceGroups", [])]
    return {"InstanceGroups": groups}


def _sized(group: Record) -> Record:
    count = group.get("InstanceCount", 0)
    return {"CurrentCount": count, "TargetCount": count, "Status": "InService"}


def _schedule(record: Record, _: Context) -> Record:
    config = record["MonitoringScheduleConfig"]
    inline = config.get("MonitoringJobDefinition", {})
    inputs = [found["EndpointInput"] for found in inline.get("MonitoringInputs", []) if "EndpointInput" in found]
    return {
        "MonitoringType": config.get("MonitoringType"),
        "MonitoringJobDefinitionName": config.get("MonitoringJobDefinitionName"),
        "EndpointName": inputs[0]["EndpointName"] if inputs else None,
    }


def _notebook(record: Record, context: Context) -> Record:
    name = record["NotebookInstanceName"]
    return {
        "Url": f"{name}.notebook.{context.scope.region}.sagemaker.aws",
        "SecurityGroups": record.get("SecurityGroupIds"),
        "NotebookInstanceLifecycleConfigName": record.get("LifecycleConfigName"),
    }


def _experiment(record: Record, context: Context) -> Record:
    name = record["EndpointName"]
    config = {} if (found := context.store.get(context.scope, "Endpoint", name)) is None else found
    metadata = {
        "EndpointName": name,
        "EndpointConfigName": config.get("EndpointConfigName"),
        "EndpointStatus": config.get("EndpointStatus"),
    }
    return {"EndpointMetadata": metadata, "ModelVariants": [_variant(found) for found in record["ModelVariants"]]}


def _variant(variant: Record) -> Record:
    return variant | {"Status": "InService"}


def _component(record: Record, context: Context) -> Record:
    specification = record.get("Specification", {})
    container = specification.get("Container", {})
    return {
        "EndpointArn": context.scope.arn(f"endpoint/{record['EndpointName'].lower()}"),
        "VariantName": record.get("VariantName", "AllTraffic"),
        "Specification": specification | {"Container": container | {"DeployedImage": _image(container)}},
    }


def _image(container: Record) -> Record:
    return {"SpecifiedImage": container["Image"]} if "Image" in container else {}


def _project(record: Record, _: Context) -> Record:
    return {"ServiceCatalogProvisioningDetails": record.get("ServiceCatalogProvisioningDetails")}


def _template(record: Record, context: Context) -> Record:
    """Tell where AWS keeps the template and its digest, not the template itself."""
    content = record["UiTemplate"].get("Content", "")
    name = record["HumanTaskUiName"]
    url = f"https://sagemaker-{context.scope.region}.s3.amazonaws.com/human-task-ui/{context.scope.account}/{name}"
    return {"UiTemplate": {"Url": url, "ContentSha256": hashlib.sha256(content.encode()).hexdigest()}}


def _tuning(record: Record, _: Context) -> Record:
    return {
        "Strategy": record["HyperParameterTuningJobConfig"]["Strategy"],
        "ResourceLimits": record["HyperParameterTuningJobConfig"]["ResourceLimits"],
    }


def _compilation(record: Record, _: Context) -> Record:
    location = record["OutputConfig"]["S3OutputLocation"]
    return {"ModelArtifacts": {"S3ModelArtifacts": location}, "InputConfig": record.get("InputConfig", {})}


def _optimization(record: Record, _: Context) -> Record:
    configs = record["OptimizationConfigs"]
    return {
        "OptimizationTypes": sorted({name.removeprefix("Model").removesuffix("Config") for c in configs for name in c})
    }


def _labelling(record: Record, _: Context) -> Record:
    return {
        "LabelCounters": {},
        "JobReferenceCode": record["LabelingJobName"],
        "WorkteamArn": record["HumanTaskConfig"]["WorkteamArn"],
    }


def _workteam(record: Record, context: Context) -> Record:
    name = record.get("WorkforceName")
    return {} if name is None else {"WorkforceArn": context.scope.arn(f"workforce/{name}")}


def _definition(record: Record, _: Context) -> Record:
    """Give the names by which the lists of the four kinds of monitoring job definitions tell of them."""
    inputs = next(value for name, value in record.items() if name.endswith("JobInput"))
    return {
        "MonitoringJobDefinitionName": record["JobDefinitionName"],
        "MonitoringJobDefinitionArn": record["JobDefinitionArn"],
        "EndpointName": inputs.get("EndpointInput", {}).get("EndpointName"),
    }


def _job(record: Record, _: Context) -> Record:
    moment = record["CreationTime"]
    return {"SecondaryStatusTransitions": [{"Status": "Failed", "StartTime": moment, "EndTime": moment}]}


def _recommendation(record: Record, context: Context) -> Record:
    bucket = f"s3://sagemaker-{context.scope.region}-{context.scope.account}/"
    return {"OutputConfig": {"S3OutputLocation": bucket} | record["OutputConfig"]}


def _export(record: Record, context: Context) -> Record:
    card = context.store.get(context.scope, "ModelCard", record["ModelCardName"]) or {}
    return {"ModelCardVersion": record.get("ModelCardVersion", card.get("Revision", 1))}


DERIVED: Mapping[str, Derive] = {
    "AIRecommendationJob": _recommendation,
    "Algorithm": lambda record, _: {
        "AlgorithmStatusDetails": {
            "ValidationStatuses": [{"Name": record["AlgorithmName"], "Status": "NotStarted"}],
            "ImageScanStatuses": [],
        }
    },
    "AutoMLJob": lambda _, __: {"AutoMLJobSecondaryStatus": "Failed"},
    "AutoMLJobV2": lambda _, __: {"AutoMLJobSecondaryStatus": "Failed"},
    "Cluster": _cluster,
    "ClusterExtension": lambda record, _: {"ExtensionVersion": record.get("ExtensionVersion", "1.0.0")},
    "ClusterSchedulerConfig": lambda record, _: {"ClusterSchedulerConfigVersion": record["Revision"]},
    "CompilationJob": _compilation,
    "ComputeQuota": lambda record, _: {"ComputeQuotaVersion": record["Revision"]},
    "DataQualityJobDefinition": _definition,
    "FeatureGroup": lambda _, __: {"NextToken": ""},
    "HumanTaskUi": _template,
    "HyperParameterTuningJob": _tuning,
    "InferenceComponent": _component,
    "InferenceExperiment": _experiment,
    "InferenceRecommendationsJob": lambda record, _: {"JobDescription": record.get("JobDescription", "")},
    "Job": _job,
    "LabelingJob": _labelling,
    "ModelBiasJobDefinition": _definition,
    "ModelCard": lambda record, _: {"ModelCardVersion": record["Revision"]},
    "ModelCardExportJob": _export,
    "ModelExplainabilityJobDefinition": _definition,
    "ModelQualityJobDefinition": _definition,
    "MonitoringSchedule": _schedule,
    "NotebookInstance": _notebook,
    "OptimizationJob": _optimization,
    "Project": _project,
    "Workteam": _workteam,
}

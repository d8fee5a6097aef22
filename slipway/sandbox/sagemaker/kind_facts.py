"""What botocore's model does not say about SageMaker's resources: data, one table a question."""

REMEMBERED = (
    "AIWorkloadConfig",
    "Action",
    "Algorithm",
    "App",
    "AppImageConfig",
    "Artifact",
    "Cluster",
    "ClusterExtension",
    "ClusterSchedulerConfig",
    "CodeRepository",
    "ComputeQuota",
    "Context",
    "DataQualityJobDefinition",
    "Domain",
    "Experiment",
    "FeatureGroup",
    "FlowDefinition",
    "Hub",
    "HumanTaskUi",
    "Image",
    "InferenceExperiment",
    "InferenceRouter",
    "MlflowApp",
    "MlflowTrackingServer",
    "ModelBiasJobDefinition",
    "ModelCard",
    "ModelExplainabilityJobDefinition",
    "ModelQualityJobDefinition",
    "MonitoringSchedule",
    "NotebookInstance",
    "NotebookInstanceLifecycleConfig",
    "PartnerApp",
    "Pipeline",
    "Project",
    "Space",
    "StudioLifecycleConfig",
    "TrainingPlan",
    "Trial",
    "TrialComponent",
    "UserProfile",
    "Workforce",
    "Workteam",
)
"""Kinds whose control plane is remembering; what would run behind some of them (apps, notebooks, clusters) does not."""

UNDONE = (
    "AIBenchmarkJob",
    "AIRecommendationJob",
    "AutoMLJob",
    "AutoMLJobV2",
    "CompilationJob",
    "InferenceComponent",
    "InferenceRecommendationsJob",
    "Job",
    "LabelingJob",
    "ModelCardExportJob",
    "OptimizationJob",
    "TrainingSession",
)
"""Kinds that stand for work which the sandbox does not do: accepted, remembered, and failed with a reason that says so.

A status that says Completed would be a lie: nothing was compiled, tuned or labelled.
"""

OWNED = (
    "TrainingJob",
    "ProcessingJob",
    "TransformJob",
    "HyperParameterTuningJob",
    "Model",
    "EndpointConfig",
    "Endpoint",
    "ModelPackage",
    "ModelPackageGroup",
)
"""Kinds with hand-written operations; they are here for their lists, tags and searches."""

READY = (
    "InService",
    "Active",
    "Created",
    "Ready",
    "CREATED",
    "Completed",
    "Scheduled",
    "CreateCompleted",
    "Available",
    "Success",
)
"""What a status is called when the resource works: the first of these that its kind knows."""

COLLECTIONS = {"AutoMLJobV2": "AutoMLJob"}
"""Kinds that share names and lists with another one."""

ARN_WORDS = {
    "TrialComponent": "experiment-trial-component",
    "Trial": "experiment-trial",
    "AIBenchmarkJob": "ai-benchmark-job",
    "AIRecommendationJob": "ai-recommendation-job",
    "AIWorkloadConfig": "ai-workload-config",
    "AutoMLJob": "automl-job",
    "AutoMLJobV2": "automl-job",
}
"""Resource types inside ARNs that are not the noun in lower case with hyphens (the model's ARN patterns)."""

GENERATED = {
    "ClusterSchedulerConfig": "ClusterSchedulerConfigId",
    "ComputeQuota": "ComputeQuotaId",
    "Domain": "DomainId",
    "Project": "ProjectId",
}
"""Ids that AWS makes up beside the name that the caller gives."""

ID_PREFIX = {"DomainId": "d-", "ProjectId": "p-", "ClusterSchedulerConfigId": "", "ComputeQuotaId": ""}

SWITCHES = {
    "InferenceExperiment": {"Stop": "Cancelled"},
    "MlflowTrackingServer": {"Start": "Started", "Stop": "Stopped"},
    "MonitoringSchedule": {"Start": "Scheduled", "Stop": "Stopped"},
    "NotebookInstance": {"Start": "InService", "Stop": "Stopped"},
}
"""What Start and Stop make of the status of what is remembered."""

STOPPED_FIRST = ("NotebookInstance",)
"""Kinds that AWS deletes only when they are switched off."""

ARN_PATHS = {
    "Cluster": "cluster/{id}",
    "ClusterExtension": "extension/eks-{cluster}/{ExtensionName}/{id}",
    "Job": "job/{JobCategory}/{JobName}",
    "ModelCardExportJob": "model-card/{ModelCardName}/export-job/{ModelCardExportJobName}",
    "PartnerApp": "partner-app/app-{ID}",
}
"""ARNs that hold more than the type and the name; `id` and `ID` are made up (the model's ARN patterns)."""

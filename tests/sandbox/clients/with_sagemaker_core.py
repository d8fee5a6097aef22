"""Run by sagemaker-core's own environment: its resource classes check every answer by their own models."""

from sagemaker.core.resources import (
    CodeRepository,
    Endpoint,
    EndpointConfig,
    Experiment,
    MlflowTrackingServer,
    Model,
    ModelPackageGroup,
    MonitoringSchedule,
    TrainingJob,
)
from sagemaker.core.shapes import (
    AlgorithmSpecification,
    ContainerDefinition,
    GitConfig,
    MonitoringScheduleConfig,
    OutputDataConfig,
    ProductionVariant,
    ResourceConfig,
    StoppingCondition,
    Tag,
)
from sagemaker.core.utils.exceptions import FailedStatusError

ROLE = "arn:aws:iam::123456789012:role/worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/nobody-has/it:1"

group = ModelPackageGroup.create(model_package_group_name="core", tags=[Tag(key="team", value="ml")])
assert group.model_package_group_status == "Completed"
assert [found.model_package_group_name for found in ModelPackageGroup.get_all()] == ["core"]
group.delete()

model = Model.create(model_name="core", execution_role_arn=ROLE, primary_container=ContainerDefinition(image=IMAGE))
config = EndpointConfig.create(
    endpoint_config_name="core",
    production_variants=[
        ProductionVariant(variant_name="all", model_name="core", instance_type="ml.m5.large", initial_instance_count=1)
    ],
)
endpoint = Endpoint.create(endpoint_name="core", endpoint_config_name="core")
try:
    endpoint.wait_for_status("InService", poll=1, timeout=60)
except FailedStatusError:
    endpoint.refresh()
assert endpoint.endpoint_status == "Failed"
endpoint.delete()
endpoint.wait_for_delete(poll=1, timeout=60)
config.delete()
model.delete()

job = TrainingJob.create(
    training_job_name="core",
    role_arn=ROLE,
    algorithm_specification=AlgorithmSpecification(training_image=IMAGE, training_input_mode="File"),
    output_data_config=OutputDataConfig(s3_output_path="s3://core/models/"),
    resource_config=ResourceConfig(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=5),
    stopping_condition=StoppingCondition(max_runtime_in_seconds=60),
)
try:
    job.wait(poll=1, logs=False)
except FailedStatusError as error:
    print(error)
assert TrainingJob.get("core").training_job_status == "Failed"
assert [found.training_job_name for found in TrainingJob.get_all(status_equals="Failed")] == ["core"]

Experiment.create(experiment_name="core").delete()
repository = CodeRepository.create(
    code_repository_name="core", git_config=GitConfig(repository_url="https://example.com/r.git")
)
assert CodeRepository.get("core").git_config.repository_url == "https://example.com/r.git"
repository.delete()
server = MlflowTrackingServer.create(tracking_server_name="core", artifact_store_uri="s3://core/mlflow", role_arn=ROLE)
server.wait_for_status("Created", poll=1, timeout=10)
server.delete()
schedule = MonitoringSchedule.create(
    monitoring_schedule_name="core",
    monitoring_schedule_config=MonitoringScheduleConfig(
        monitoring_job_definition_name="none", monitoring_type="DataQuality"
    ),
)
schedule.stop()
schedule.refresh()
assert schedule.monitoring_schedule_status == "Stopped"
schedule.delete()
print("done")

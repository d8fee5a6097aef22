"""Every sort of job that there is, and the operations of all."""

from slipway.sandbox.sagemaker.jobs.operations import JobOperations, Operation
from slipway.sandbox.sagemaker.jobs.processing.engine import PROCESSING, ProcessingRun
from slipway.sandbox.sagemaker.jobs.processing.validation import validate as validate_processing
from slipway.sandbox.sagemaker.jobs.training.engine import TrainingRun
from slipway.sandbox.sagemaker.jobs.training.record import TRAINING
from slipway.sandbox.sagemaker.jobs.training.validation import validate as validate_training
from slipway.sandbox.sagemaker.jobs.transform.engine import TRANSFORM, TransformRun
from slipway.sandbox.sagemaker.jobs.transform.validation import validate as validate_transform
from slipway.sandbox.sagemaker.jobs.tuning.engine import TUNING, TuningRun
from slipway.sandbox.sagemaker.jobs.tuning.validation import validate as validate_tuning

KINDS = (TRAINING, PROCESSING, TRANSFORM, TUNING)

OPERATIONS: dict[str, Operation] = {
    **JobOperations(TRAINING, validate_training, TrainingRun).table(),
    **JobOperations(PROCESSING, validate_processing, ProcessingRun).table(),
    **JobOperations(TRANSFORM, validate_transform, TransformRun).table(),
    **JobOperations(TUNING, validate_tuning, TuningRun).table(),
}

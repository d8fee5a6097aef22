"""What components take whole, out of settings: a pipeline's shape and the pinned releases. No resource is made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.components.serving.releases import Release, Serverless, Shadow
from infra.components.training.definition import Shape
from infra.components.training.tuning import Range, Tuning
from infra.naming import image_uri

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings import PinnedRelease, ReleaseSection, Settings
    from infra.training_settings import PipelineSection, TuningSection


def pipeline_shape(settings: Settings, pipeline: PipelineSection, names: Names) -> Shape:
    """Return how the pipeline's jobs run; they run as `slipway train` runs its job."""
    account_id, region, training = settings.stack.account, settings.stack.region, settings.training
    images = settings.images
    return Shape(
        training_image=image_uri(account_id, region, names.repository("training"), images.training_tag),
        serving_image=image_uri(account_id, region, names.repository("serving"), images.serving_tag),
        model_package_group_name=names.model_package_group,
        instance_type=training.instance_type,
        instance_count=training.instance_count,
        volume_size_gib=training.volume_size_gib,
        max_runtime_seconds=training.max_runtime_seconds,
        max_wait_seconds=training.max_wait_seconds if training.use_spot else None,
        processing_instance_type=pipeline.processing_instance_type,
        data_prefix=pipeline.data_prefix,
        score_path=pipeline.score_path,
        least_score=pipeline.least_score,
        tuning=_tuning(pipeline.tuning),
    )


def _tuning(section: TuningSection | None) -> Tuning | None:
    """Return the search for hyperparameters; None where there is none."""
    if section is None:
        return None
    return Tuning(
        max_jobs=section.max_jobs,
        max_parallel_jobs=section.max_parallel_jobs,
        strategy=section.strategy,
        objective=section.objective,
        maximize=section.maximize,
        ranges={
            name: Range(minimum=one.minimum, maximum=one.maximum, whole=one.whole, scale=one.scale)
            for name, one in section.ranges.items()
        },
    )


def pinned_releases(section: ReleaseSection | None) -> list[Release]:
    """Return the pinned releases, the current one first; none while nothing is pinned."""
    if section is None:
        return []
    return [_release(pinned) for pinned in (section.current, section.previous) if pinned is not None]


def shadow_of(section: ReleaseSection | None) -> Shadow | None:
    """Return the candidate beside the current release; None where there is none."""
    if section is None or section.shadow is None:
        return None
    shadow = section.shadow
    return Shadow(
        release=_release(shadow.release), beside=shadow.beside, percentage=shadow.percentage, ended=shadow.ended
    )


def _release(pinned: PinnedRelease) -> Release:
    """Return what the endpoint needs of a pinned release; the rest of it is there for people."""
    return Release(
        digest=pinned.digest,
        model_data=pinned.model_data,
        image=pinned.image,
        code=pinned.code,
        kind=pinned.kind,
        instance_type=pinned.instance_type,
        initial_instance_count=pinned.initial_instance_count,
        inference_ami_version=pinned.inference_ami_version,
        serverless=None
        if pinned.serverless is None
        else Serverless(
            memory_size_in_mb=pinned.serverless.memory_size_in_mb,
            max_concurrency=pinned.serverless.max_concurrency,
            provisioned_concurrency=pinned.serverless.provisioned_concurrency,
        ),
        max_concurrent_invocations_per_instance=None
        if pinned.asynchronous is None
        else pinned.asynchronous.max_concurrent_invocations_per_instance,
        notify=pinned.asynchronous is not None and pinned.asynchronous.notify,
        environment=pinned.environment,
        capture_percentage=pinned.capture_percentage,
        container_startup_timeout_seconds=pinned.container_startup_timeout_seconds,
    )

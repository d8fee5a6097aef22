from pathlib import Path

import pytest

from serving.errors import ServingError
from serving.server import Settings, cpus


def test_a_container_answers_everybody_on_8080() -> None:
    settings = Settings.of({})

    assert (settings.model_dir, settings.host, settings.port) == ("/opt/ml/model", "0.0.0.0", 8080)  # noqa: S104
    assert settings.workers == cpus()


def test_the_environment_moves_model_host_port_and_workers() -> None:
    settings = Settings.of(
        {
            "SLIPWAY_ML_ROOT": "/somewhere",
            "SLIPWAY_BIND_HOST": "127.0.0.1",
            "SAGEMAKER_BIND_TO_PORT": "9000",
            "SAGEMAKER_MODEL_SERVER_WORKERS": "3",
        }
    )

    assert settings == Settings(model_dir="/somewhere/model", host="127.0.0.1", port=9000, workers=3)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_an_impossible_port_is_refused(port: str) -> None:
    with pytest.raises(ServingError, match=f"SAGEMAKER_BIND_TO_PORT is '{port}'"):
        Settings.of({"SAGEMAKER_BIND_TO_PORT": port})


def test_a_containers_cpu_quota_limits_the_workers(tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text("100000 100000\n")

    assert cpus(quota) == 1

"""GetTopicAttributes: moto keeps every attribute of a topic and tells a few of them.

https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
"""

from typing import Any, Final

from moto.core.utils import camelcase_to_underscores
from moto.sns.responses import SNSResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace

PROTOCOLS: Final = ("Application", "Firehose", "Http", "Lambda", "Sqs")
FEEDBACK: Final = ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
OTHERS: Final = ("ArchivePolicy", "FifoThroughputScope", "SignatureVersion", "TracingConfig")


def apply() -> None:
    """Tell what was set, too."""
    told = SNSResponse.get_topic_attributes

    def get_topic_attributes(self: Any) -> Any:
        answer: Any = told(self)
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        for name in (*OTHERS, *(f"{protocol}{rest}" for protocol in PROTOCOLS for rest in FEEDBACK)):
            value = topic.__dict__.get(camelcase_to_underscores(name))
            if value:
                answer.result["Attributes"][name] = value
        return answer

    replace(SNSResponse, get_topic_attributes=get_topic_attributes)

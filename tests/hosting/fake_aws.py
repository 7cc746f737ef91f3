"""Stands in for AWS behind its command line: a registry, a parameter, hosts and their group.

Each request and each answer is held against the description of AWS's API that botocore carries, the names of states
included: no call passes here that AWS would not understand, and none is answered in a way it would not.
"""

import json
import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

REPOSITORY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/music-diary"
HOST = "i-0123456789abcdef0"
COMMAND, REFRESH = "0f1e2d3c-0000-4000-8000-000000000000", "08b91cf7-8fa6-48af-b6a6-d227f40f1b9b"


class RefusalError(Exception):
    """What AWS says no with."""


class FakeAws:
    """What there is: the ``image`` that the parameter names, the one that is ``running``, and what was ``done`` so far.

    ``works`` are the images that become ready on a host, ``migrates`` those whose migration ends well, ``hangs`` those
    whose refresh has no end. ``slow`` is how often the end of something is asked for in vain.
    """

    def __init__(self, image: str, works: set[str], versions: dict[str, str]) -> None:
        self.image = self.running = image
        self.works, self.migrates, self.hangs = works, set(works), set[str]()
        self.versions = versions
        self.slow = 1
        self.done: list[tuple[str, str]] = []
        self.refresh = "Successful"
        self._command = ("", "")
        self._known = False
        self._asked = Counter[str]()

    def called(self, service: str, command: str, *options: str) -> tuple[int, str, str]:
        """What `aws SERVICE COMMAND --output json --cli-input-json REQUEST` ends with and writes to its two outputs."""
        given = dict(zip(options[::2], options[1::2], strict=True))
        if given.keys() != {"--output", "--cli-input-json"} or given["--output"] != "json":
            return 252, "", "Unknown options"
        model = ServiceModel(_described(service), service)
        operation = model.operation_model("".join(word.capitalize() for word in command.split("-")))
        answer: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, OPERATIONS[f"{service}:{operation.name}"])
        try:
            request = checked(operation.input_shape, json.loads(given["--cli-input-json"]))
            return 0, json.dumps(checked(operation.output_shape, answer(request))), ""
        except RefusalError as refusal:
            code, text = refusal.args
            return 254, "", f"\nAn error occurred ({code}) when calling the {operation.name} operation: {text}\n"

    def images(self, request: dict[str, Any]) -> dict[str, Any]:
        tag = request["imageIds"][0]["imageTag"]
        if tag not in self.versions:
            raise RefusalError("ImageNotFoundException", f"The image with imageId {{imageTag:'{tag}'}} does not exist")
        return {"imageDetails": [{"imageDigest": self.versions[tag], "imageTags": [tag]}]}

    def repositories(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request["repositoryNames"] == ["music-diary"]
        return {"repositories": [{"repositoryName": "music-diary", "repositoryUri": REPOSITORY}]}

    def parameter(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["Name"] != "/music-diary/image":
            raise RefusalError("ParameterNotFound", "")
        return {"Parameter": {"Name": request["Name"], "Type": "String", "Value": self.image, "Version": 3}}

    def set_parameter(self, request: dict[str, Any]) -> dict[str, Any]:
        if not request.get("Overwrite"):
            raise RefusalError("ParameterAlreadyExists", "The parameter already exists.")
        self.image = request["Value"]
        self._did("parameter", request["Value"])
        return {"Version": 4, "Tier": "Standard"}

    def hosts(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = {filter_["Key"]: filter_["Values"] for filter_ in request["Filters"]}
        assert asked == {"tag:Name": ["music-diary"], "PingStatus": ["Online"]}
        online = [{"InstanceId": HOST, "PingStatus": "Online"}] if self._is_over("host") else []
        return {"InstanceInformationList": online}

    def send(self, request: dict[str, Any]) -> dict[str, Any]:
        assert (request["DocumentName"], request["InstanceIds"]) == ("AWS-RunShellScript", [HOST])
        (line,) = request["Parameters"]["commands"]
        script, image = shlex.split(line)
        self._command, self._known = (script.removeprefix("/usr/local/bin/"), image), False
        return {"Command": {"CommandId": COMMAND, "Status": "Pending"}}

    def invocations(self, request: dict[str, Any]) -> dict[str, Any]:
        """None at first, as a command takes a moment to be known."""
        assert request["CommandId"] == COMMAND
        if not self._known:
            self._known = True
            return {"CommandInvocations": []}
        if not self._is_over("command"):
            return {"CommandInvocations": [_invocation("InProgress", "")]}
        status = "Success" if self._run(*self._command) else "Failed"
        return {"CommandInvocations": [_invocation(status, "what the script said\n")]}

    def _run(self, script: str, image: str) -> bool:
        """As the scripts on a host do: what does not become ready there is not left running."""
        self._did(script, image)
        if script == "music-diary-migrate":
            return image in self.migrates
        assert script == "music-diary-deploy"
        if image not in self.works:
            return False
        self.running = image
        return True

    def start_refresh(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request["AutoScalingGroupName"] == "music-diary"
        if self.refresh in {"InProgress", "Cancelling"}:
            raise RefusalError("InstanceRefreshInProgress", "An Instance Refresh is already in progress.")
        self.refresh = "InProgress"
        self._did("refresh", self.image)
        return {"InstanceRefreshId": REFRESH}

    def cancel_refresh(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.refresh != "InProgress":
            raise RefusalError("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found.")
        self.refresh = "Cancelling"
        self._did("cancel", self.image)
        return {"InstanceRefreshId": REFRESH}

    def refreshes(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request.get("InstanceRefreshIds", [REFRESH]) == [REFRESH]
        if self.refresh == "Cancelling" or (self.refresh == "InProgress" and self.image not in self.hangs):
            self._go_on()
        told = {"InstanceRefreshId": REFRESH, "AutoScalingGroupName": "music-diary", "Status": self.refresh}
        return {"InstanceRefreshes": [told | {"StatusReason": "as it had to be", "PercentageComplete": 50}]}

    def _go_on(self) -> None:
        """New hosts run what the parameter names; where that is not healthy, the old ones stay."""
        if not self._is_over("refresh"):
            return
        if self.refresh == "Cancelling":
            self.refresh = "Cancelled"
        elif self.image in self.works:
            self.refresh, self.running = "Successful", self.image
        else:
            self.refresh = "Failed"

    def _is_over(self, what: str) -> bool:
        self._asked[what] += 1
        if self._asked[what] <= self.slow:
            return False
        self._asked[what] = 0
        return True

    def _did(self, what: str, image: str) -> None:
        self.done.append((what, image))


OPERATIONS = {
    "ecr:DescribeImages": "images",
    "ecr:DescribeRepositories": "repositories",
    "ssm:GetParameter": "parameter",
    "ssm:PutParameter": "set_parameter",
    "ssm:DescribeInstanceInformation": "hosts",
    "ssm:SendCommand": "send",
    "ssm:ListCommandInvocations": "invocations",
    "autoscaling:StartInstanceRefresh": "start_refresh",
    "autoscaling:CancelInstanceRefresh": "cancel_refresh",
    "autoscaling:DescribeInstanceRefreshes": "refreshes",
}


def _invocation(status: str, output: str) -> dict[str, Any]:
    plugin = {"Name": "aws:runShellScript", "Status": status, "Output": output}
    told = {"CommandId": COMMAND, "InstanceId": HOST, "Status": status, "StatusDetails": status}
    return told | {"CommandPlugins": [plugin]}


@cache
def _described(service: str) -> dict[str, Any]:
    described: dict[str, Any] = Loader().load_service_model(service, "service-2")
    return described


def checked(shape: Shape, value: dict[str, Any]) -> dict[str, Any]:
    """The same. Raises RefusalError where AWS's own description does not have it so."""
    report = ParamValidator().validate(value, shape)
    wrong = [report.generate_report()] if report.has_errors() else list(_unknown(shape, value))
    if wrong:
        raise RefusalError("ParamValidation", "; ".join(wrong))
    return value


def _unknown(shape: Shape, value: Any) -> Iterator[str]:
    """Words that are none of those which stand in a list of such words."""
    if isinstance(shape, StructureShape):
        for name, part in value.items():
            yield from _unknown(shape.members[name], part)
    elif isinstance(shape, ListShape):
        for part in value:
            yield from _unknown(shape.member, part)
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{value} is no {shape.name}"

"""Brings an image to the hosts: `deploy.py SIZE IMAGE DOMAIN`.

Migration comes before traffic. Where the diary is not ready afterwards, the image that ran before is brought back,
and the program ends with 1. docs/operations.md tells what to do then.
"""

import re
import shlex
import sys
from http.client import HTTPException
from urllib.request import urlopen

from aws import DeployError, aws, wait_for

NAME = "music-diary"  # the tag of hosts, and the group that they are in
PARAMETER = "/music-diary/image"  # what new hosts begin with
ON_THE_HOST = "/usr/local/bin"
ENDED = {"Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"}  # of replacing hosts
# There and back again takes less than the hour for which AWS believes a job.
SECONDS = {"host": 600, "command": 600, "refresh": 900, "ready": 180}


def main(size: str, image: str, domain: str) -> None:
    """Raises DeployError when ``image`` does not serve ``domain`` in the end."""
    if not re.fullmatch(r"[\w.:/-]+@sha256:[0-9a-f]{64}", image):
        raise DeployError(f"{image} names no image by its digest.")
    bring = {"small": bring_to_the_host, "grown": bring_to_the_group}[size]
    before = aws("ssm", "get-parameter", Name=PARAMETER)["Parameter"]["Value"]
    tell(f"from {before} to {image}")
    if size == "grown":
        on_a_host("music-diary-migrate", image)
    try:
        bring(image)
        wait_for("readiness", lambda: is_ready(domain), SECONDS["ready"])
    except DeployError as error:
        if before == image:
            raise
        tell(f"{error} Bringing back {before}.")
        bring(before)
        wait_for("readiness of the former image", lambda: is_ready(domain), SECONDS["ready"])
        raise DeployError(f"{image} did not work out; {before} serves again.") from error
    tell(f"{domain} is ready")


def bring_to_the_host(image: str) -> None:
    """The small size: the one host migrates, starts it and waits until it is ready."""
    on_a_host("music-diary-deploy", image)
    aws("ssm", "put-parameter", Name=PARAMETER, Value=image, Overwrite=True)


def bring_to_the_group(image: str) -> None:
    """The grown size: every host is replaced; an old one goes when a new one is healthy.

    Auto Scaling's own rollback is of no use here. It returns to an older launch template, while ours stays as it is and
    leaves the image to the parameter; so the way back is this same way.
    """
    wait_for("end of an earlier refresh", is_quiet, SECONDS["refresh"])
    aws("ssm", "put-parameter", Name=PARAMETER, Value=image, Overwrite=True)
    share = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200, "SkipMatching": False}
    started = aws("autoscaling", "start-instance-refresh", AutoScalingGroupName=NAME, Preferences=share)
    try:
        end = wait_for("end of the refresh", lambda: end_of(started["InstanceRefreshId"]), SECONDS["refresh"])
    except DeployError:
        aws("autoscaling", "cancel-instance-refresh", AutoScalingGroupName=NAME)
        wait_for("end of what was cancelled", lambda: end_of(started["InstanceRefreshId"]), SECONDS["refresh"])
        raise
    if end["Status"] != "Successful":
        raise DeployError(f"The refresh ended: {end['Status']}, {end.get('StatusReason', 'for no told reason')}.")


def is_quiet() -> bool | None:
    """True where no host is being replaced, as after Terraform has changed what hosts are."""
    told = aws("autoscaling", "describe-instance-refreshes", AutoScalingGroupName=NAME)["InstanceRefreshes"]
    return all(one["Status"] in ENDED for one in told) or None


def end_of(refresh: str) -> dict[str, str] | None:
    """How it ended, None while it has not."""
    told = aws("autoscaling", "describe-instance-refreshes", AutoScalingGroupName=NAME, InstanceRefreshIds=[refresh])
    found = told["InstanceRefreshes"][0]
    return found if found["Status"] in ENDED else None


def on_a_host(script: str, image: str) -> None:
    """Run a script that cloud-init laid down there. Raises DeployError, with what it said, when it fails."""
    host = wait_for("host that Systems Manager reaches", a_host, SECONDS["host"])
    command = shlex.join([f"{ON_THE_HOST}/{script}", image])
    parameters = {"commands": [command], "executionTimeout": [str(SECONDS["command"])]}
    document = "AWS-RunShellScript"
    sent = aws("ssm", "send-command", DocumentName=document, InstanceIds=[host], Parameters=parameters)
    tell(f"{host}: {command}")
    done = wait_for(f"end of {script}", lambda: outcome(sent["Command"]["CommandId"]), SECONDS["command"] + 60)
    said = "".join(part.get("Output", "") for part in done["CommandPlugins"]).strip()
    tell(said)
    if done["Status"] != "Success":
        raise DeployError(f"{script} on {host} ended: {done['StatusDetails']}.")


def a_host() -> str | None:
    """One that runs and can be told something."""
    wanted = [{"Key": "tag:Name", "Values": [NAME]}, {"Key": "PingStatus", "Values": ["Online"]}]
    found = aws("ssm", "describe-instance-information", Filters=wanted)["InstanceInformationList"]
    return found[0]["InstanceId"] if found else None


def outcome(command: str) -> dict[str, object] | None:
    """What came of a command, None while it runs or is not known yet."""
    told = aws("ssm", "list-command-invocations", CommandId=command, Details=True)["CommandInvocations"]
    return next((one for one in told if one["Status"] in {"Success", "Failed", "TimedOut", "Cancelled"}), None)


def is_ready(domain: str) -> bool | None:
    """True when the diary says so to the world. An address that it does not know would answer, too, but with a page."""
    try:
        with urlopen(f"https://{domain}/readyz", timeout=10) as answer:
            return answer.read(100) == b"ready" or None
    except (OSError, HTTPException):
        return None


def tell(text: str) -> None:
    """A line in the job's log, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except DeployError as error:
        sys.exit(str(error))

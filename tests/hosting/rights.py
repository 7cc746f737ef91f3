"""Each right of a host's role, and where the call stands that needs it.

Those of photos are tried out by `apply/test_least_privilege.py`; those of the agent are what its documentation names.
"""

import json
from typing import Any

from tests.hosting.terraform import INFRA, Verdict

AGENT = "https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html"
NEEDED = {
    "s3:GetObject": "photos",
    "s3:PutObject": "photos",
    "s3:DeleteObject": "photos",
    "s3:ListBucket": "photos",
    "rds-db:connect": "hosts.tf: DIARY_DB_IAM",
    "secretsmanager:GetSecretValue": "host/roles.py: get_secret_value",
    "ssm:GetParameter": "host/secrets: aws ssm get-parameter",
    "kms:Decrypt": "host/secrets: --with-decryption",
    "logs:CreateLogStream": "host/music-diary.service: --log-driver awslogs",
    "logs:PutLogEvents": "host/music-diary.service: --log-driver awslogs",
    "cloudwatch:PutMetricData": "host/music-diary-disk.service: aws cloudwatch put-metric-data",
    "ecr:GetAuthorizationToken": "host/pull: aws ecr get-login-password",
    "ecr:BatchGetImage": "host/pull: docker pull",
    "ecr:GetDownloadUrlForLayer": "host/pull: docker pull",
    "autoscaling:CompleteLifecycleAction": "host/cloud-init.yaml: aws autoscaling complete-lifecycle-action",
    **dict.fromkeys(
        (
            "ssm:UpdateInstanceInformation",
            *(f"ssmmessages:{does}{what}Channel" for does in ("Create", "Open") for what in ("Control", "Data")),
            *(f"ec2messages:{does}Message" for does in ("Acknowledge", "Delete", "Fail")),
            *(f"ec2messages:{does}" for does in ("GetEndpoint", "GetMessages", "SendReply")),
        ),
        AGENT,
    ),
}
ON_ANYTHING = {"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"} | {
    right for right, where in NEEDED.items() if where == AGENT
}  # those that AWS binds to no resource


def statements(verdict: Verdict, run: str, name: str) -> list[dict[str, Any]]:
    """What the policy ``name`` of a role says, its lists as lists."""
    policies = (one["values"] for one in verdict.resources(run) if one["type"] == "aws_iam_role_policy")
    (policy,) = [json.loads(one["policy"]) for one in policies if one["name"] == name]
    for statement in policy["Statement"]:
        for part in ("Action", "Resource"):
            if isinstance(statement[part], str):
                statement[part] = [statement[part]]
    said: list[dict[str, Any]] = policy["Statement"]
    return said


def is_called(right: str) -> bool:
    """Whether the call that needs it stands where it is said to."""
    where = NEEDED[right]
    if where in {"photos", AGENT}:
        return True
    file, _, call = where.partition(": ")
    return call in (INFRA / file).read_text(encoding="utf-8")

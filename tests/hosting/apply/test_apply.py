"""Both sizes, made in moto, and what it says of them afterwards; then whether all this can be lost by mistake."""

from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from tests.hosting.cloud_stack import DOMAIN, Stack, a_stack


@pytest.fixture(scope="module", params=["small", "grown"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with a_stack(tmp_path_factory.mktemp("stack"), request.param) as stack:
        yield stack


def database_of(stack: Stack) -> dict[str, Any]:
    (found,) = stack.aws.ask("rds").describe_db_instances()["DBInstances"]
    database: dict[str, Any] = found
    return database


def test_a_second_plan_makes_and_destroys_nothing(stack: Stack) -> None:
    """What it would change in place are moto's answers, which forget descriptions and parameters."""
    assert {tuple(actions) for actions in stack.changes().values()} <= {("update",)}


def test_the_database_is_out_of_reach_and_hard_to_lose(stack: Stack) -> None:
    database = database_of(stack)
    assert not database["PubliclyAccessible"]
    assert (database["StorageEncrypted"], database["DeletionProtection"]) == (True, True)
    assert (database["IAMDatabaseAuthenticationEnabled"], database["BackupRetentionPeriod"]) == (True, 7)
    assert database["MultiAZ"] == (stack.size == "grown")


def test_no_way_leads_out_of_the_databases_subnets(stack: Stack) -> None:
    ec2 = stack.aws.ask("ec2")
    ids = [one["SubnetIdentifier"] for one in database_of(stack)["DBSubnetGroup"]["Subnets"]]
    tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": ids}])["RouteTables"]
    assert len(ids) == 2
    assert [route for table in tables for route in table["Routes"] if route.get("GatewayId") != "local"] == []


def test_the_world_comes_and_goes_by_the_web_alone(stack: Stack) -> None:
    ec2 = stack.aws.ask("ec2")
    (vpc,) = [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if one["CidrBlock"] == "10.20.0.0/16"]
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    world = {
        (group["GroupName"], direction, rule.get("FromPort"), rule.get("ToPort"))
        for group in groups
        for direction in ("IpPermissions", "IpPermissionsEgress")
        for rule in group[direction]
        if rule["IpRanges"] or rule["Ipv6Ranges"]
    }
    assert world == {
        ("music-diary-front", "IpPermissions", 80, 80),
        ("music-diary-front", "IpPermissions", 443, 443),
        ("music-diary-host", "IpPermissionsEgress", 443, 443),
    }


def test_hosts_ask_for_metadata_by_version_two_alone(stack: Stack) -> None:
    ec2 = stack.aws.ask("ec2")
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateName="music-diary")["LaunchTemplateVersions"]
    assert version["LaunchTemplateData"]["MetadataOptions"]["HttpTokens"] == "required"
    assert "KeyName" not in version["LaunchTemplateData"]
    hosts = [host for group in ec2.describe_instances()["Reservations"] for host in group["Instances"]]
    assert len(hosts) == {"small": 1, "grown": 2}[stack.size]
    if stack.size == "small":  # moto does not pass on to a group's hosts what their template says
        assert hosts[0]["MetadataOptions"]["HttpTokens"] == "required"


def test_the_bucket_is_closed(stack: Stack) -> None:
    s3, bucket = stack.aws.ask(), stack.output("photos")
    closed = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert len(closed) == 4
    assert all(closed.values())
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (forget,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert forget["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30


def test_the_bucket_hears_nobody_without_tls_and_no_stranger(stack: Stack) -> None:
    s3, bucket = stack.aws.ask(), stack.output("photos")
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket=bucket, Key="photos/1", Body=b"1")
    with stack.speaking_in_the_clear():
        s3.put_object(Bucket=bucket, Key="photos/1", Body=b"1")
        with pytest.raises(HTTPError, match="403"):
            urlopen(f"{stack.aws.url}/{bucket}/photos/1")


def test_the_log_is_kept_for_a_month_and_alarms_reach_somebody(stack: Stack) -> None:
    (group,) = stack.aws.ask("logs").describe_log_groups()["logGroups"]
    assert (group["logGroupName"], group["retentionInDays"]) == ("/music-diary/app", 30)
    topic = stack.aws.ask("sns").list_topics()["Topics"][0]["TopicArn"]
    assert stack.aws.ask("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"]
    alarms = stack.aws.ask("cloudwatch").describe_alarms()["MetricAlarms"]
    needed = {"answers-5xx", "host", "host-cpu", "disk", "errors", "database-connections", "database-storage"}
    assert {f"music-diary-{name}" for name in needed} <= {alarm["AlarmName"] for alarm in alarms}
    assert {tuple(alarm["AlarmActions"]) for alarm in alarms if alarm["AlarmName"].startswith("music-diary-")} == {
        (topic,)
    }


def test_the_log_in_leads_back_to_the_diary(stack: Stack) -> None:
    cognito, pool = stack.aws.ask("cognito-idp"), stack.output("user_pool")
    (one,) = cognito.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"]
    client = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=one["ClientId"])["UserPoolClient"]
    assert client["CallbackURLs"] == [f"https://{DOMAIN}/oauth2callback"]
    assert client["LogoutURLs"] == [f"https://{DOMAIN}/"]
    parameter = stack.aws.ask("ssm").get_parameter(Name="/music-diary/auth-client-secret", WithDecryption=True)
    assert parameter["Parameter"]["Value"] == client["ClientSecret"]


def test_the_cookie_secret_is_nowhere_but_in_its_parameter(stack: Stack) -> None:
    found = stack.aws.ask("ssm").get_parameter(Name="/music-diary/auth-cookie-secret", WithDecryption=True)["Parameter"]
    assert (found["Type"], len(set(found["Value"])) > 8, len(found["Value"])) == ("SecureString", True, 64)
    assert found["Value"] not in (stack.terraform.folder / "terraform.tfstate").read_text(encoding="utf-8")


@pytest.mark.parametrize("stack", ["grown"], indirect=True)
def test_hosts_of_the_grown_size_stand_in_two_zones_and_keep_their_browsers(stack: Stack) -> None:
    balancing = stack.aws.ask("elbv2")
    (targets,) = balancing.describe_target_groups()["TargetGroups"]
    kept = balancing.describe_target_group_attributes(TargetGroupArn=targets["TargetGroupArn"])["Attributes"]
    assert {"Key": "stickiness.enabled", "Value": "true"} in kept
    (balancer,) = balancing.describe_load_balancers()["LoadBalancers"]
    listeners = balancing.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert {(one["Port"], one["DefaultActions"][0]["Type"]) for one in listeners} == {
        (80, "redirect"),
        (443, "forward"),
    }
    (group,) = stack.aws.ask("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    subnets = stack.aws.ask("ec2").describe_subnets(SubnetIds=group["VPCZoneIdentifier"].split(","))["Subnets"]
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2


@pytest.mark.parametrize("stack", ["small"], indirect=True)
def test_growing_takes_the_host_away_and_nothing_that_is_kept(stack: Stack) -> None:
    changes = stack.changes(size="grown")
    gone = {address for address, actions in changes.items() if "delete" in actions}
    assert {address for address in gone if "alarm" not in address} == {"aws_instance.host[0]", "aws_eip.host[0]"}
    assert changes["aws_db_instance.main"] == ["update"]


@pytest.mark.parametrize("stack", ["small"], indirect=True)
def test_it_is_not_destroyed_without_a_second_word(stack: Stack) -> None:
    pool = stack.output("user_pool")
    with stack.speaking_in_the_clear() as bucket:
        stack.aws.ask().put_object(Bucket=bucket, Key="photos/kept", Body=b"1")
    refused = stack.terraform.run("destroy", "-auto-approve", *stack.variables())
    assert refused.returncode != 0
    assert "Say first: terraform apply -var let_go_of_data=true" in refused.stdout
    with stack.speaking_in_the_clear() as bucket:
        assert stack.aws.ask().get_object(Bucket=bucket, Key="photos/kept")["Body"].read() == b"1"
    assert database_of(stack)["DBInstanceStatus"] == "available"
    assert stack.aws.ask("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]["Id"] == pool
    assert {tuple(actions) for actions in stack.changes().values()} <= {("update",)}


@pytest.mark.parametrize("stack", ["small"], indirect=True)
def test_the_word_at_the_moment_of_destroying_comes_too_late(stack: Stack) -> None:
    options = stack.variables(let_go_of_data="true")
    assert stack.terraform.run("destroy", "-auto-approve", *options).returncode != 0
    assert {tuple(actions) for actions in stack.changes().values()} <= {("update",)}


@pytest.mark.parametrize("stack", ["small"], indirect=True)
def test_after_it_all_goes_but_a_last_snapshot(stack: Stack) -> None:
    stack.apply(let_go_of_data="true")
    stack.terraform.do("destroy", "-auto-approve", *stack.variables(let_go_of_data="true"))
    assert stack.aws.ask().list_buckets()["Buckets"] == []
    assert stack.aws.ask("rds").describe_db_instances()["DBInstances"] == []
    (last,) = stack.aws.ask("rds").describe_db_snapshots()["DBSnapshots"]
    assert last["DBSnapshotIdentifier"] == "music-diary-final"

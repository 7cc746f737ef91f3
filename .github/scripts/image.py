"""Which image a released version is: `image.py 1.2.3` writes it by its digest, as hosts are told it."""

import sys

from aws import DeployError, aws

NAME = "music-diary"


def image_of(version: str) -> str:
    """Raises DeployError when there is no such version in the registry."""
    found = aws("ecr", "describe-images", repositoryName=NAME, imageIds=[{"imageTag": version}])
    place = aws("ecr", "describe-repositories", repositoryNames=[NAME])
    return f"{place['repositories'][0]['repositoryUri']}@{found['imageDetails'][0]['imageDigest']}"


if __name__ == "__main__":
    try:
        sys.stdout.write(image_of(sys.argv[1]) + "\n")
    except DeployError as error:
        sys.exit(str(error))

"""Whether commands of the AWS CLI exist.

Reads a JSON list of commands, each a list of words without "aws", from standard input,
and prints a line for each that the service or its operation does not know. The CLI makes
its commands and options of the same descriptions of services, those of botocore.
"""

import json
import sys

from botocore import xform_name
from botocore.session import get_session

EVERYWHERE = {"--query", "--output", "--region", "--profile"}
# The CLI renames few: https://github.com/aws/aws-cli/blob/develop/awscli/customizations/argrename.py
RENAMED = {("sns", "subscribe"): {"--notification-endpoint"}}
session = get_session()


def members(service, command):
    model = session.get_service_model(service)
    for name in model.operation_names:
        if xform_name(name, "-") == command:
            shape = model.operation_model(name).input_shape
            named = {xform_name(m, "-"): s for m, s in shape.members.items()} if shape else {}
            # What is true or false can be denied.
            denied = {"--no-" + m for m, s in named.items() if s.type_name == "boolean"}
            return {"--" + m for m in named} | denied
    raise LookupError(f"{service} has no {command}")


def waiter(service, name):
    config = session.get_component("data_loader").load_service_model(service, "waiters-2")
    for w, description in config["waiters"].items():
        if xform_name(w, "-") == name:
            return members(service, xform_name(description["operation"], "-"))
    raise LookupError(f"{service} waits for no {name}")


for words in json.load(sys.stdin):
    service, command, rest = words[0], words[1], words[2:]
    try:
        known = waiter(service, rest[0]) if command == "wait" else members(service, command)
        known = known | EVERYWHERE | RENAMED.get((service, command), set())
        for option in (w for w in rest if w.startswith("--")):
            if option not in known:
                print(" ".join(words[:2]), "has no", option)
    except Exception as unknown:  # of any kind: the command is wrong
        print(" ".join(words[:2]) + ":", unknown)

"""What SAM's transform makes of templates.

Reads a JSON list of {"template", "region", "parameters"} from standard input, a
template being the text of one, and writes the list of what CloudFormation would be
given. It runs in an environment that has aws-sam-translator, such as the SAM CLI's.
"""

import json
import os
import sys

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


def translate(template, region, parameters):
    # SAM takes the partition from the Region.
    os.environ["AWS_DEFAULT_REGION"] = region
    document = yaml_parse(template)
    # Where `sam deploy` puts the code.
    document["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
    # No managed policies: the template's roles are written out.
    return Translator({}, Parser()).translate(document, {**parameters, "AWS::Region": region})


json.dump([translate(**asked) for asked in json.load(sys.stdin)], sys.stdout)

package secretstest

import "cmp"

// current is the stage whose version GetSecretValue returns.
const current = "AWSCURRENT"

// versions are those of one secret. Each stage is at one version at a time.
type versions struct {
	values map[string]value
	stages map[string]string
}

// value is the part of an answer with the value; one field is set.
type value struct {
	SecretString string `json:",omitempty"`
	SecretBinary []byte `json:",omitempty"`
}

func (v *versions) current() value { return v.values[v.stages[current]] }

func (v *versions) add(id string, what value, stages ...string) {
	v.values[id] = what
	for _, stage := range stages {
		v.stages[stage] = id
	}
}

// do executes one operation. For a refusal it returns AWS's code.
func (v *versions) do(operation string, r request) (body any, code string) {
	switch operation {
	case "GetSecretValue":
		return v.getValue(r)
	case "PutSecretValue":
		return v.putValue(r)
	case "UpdateSecretVersionStage":
		return v.moveStage(r)
	}
	return nil, "UnknownOperationException"
}

// getValue returns the version that a stage is at. If the request names no stage, it is the current version.
func (v *versions) getValue(r request) (body any, code string) {
	stage := cmp.Or(r.VersionStage, current)
	id, ok := v.stages[stage]
	if !ok {
		return nil, "ResourceNotFoundException"
	}
	return struct {
		Name          string
		VersionId     string //nolint:revive // AWS's name
		VersionStages []string
		value
	}{r.SecretID, id, []string{stage}, v.values[id]}, ""
}

// putValue makes a version whose id is the request's token. The same token and value again change nothing.
func (v *versions) putValue(r request) (body any, code string) {
	if r.ClientRequestToken == "" || r.SecretString == "" {
		return nil, "InvalidParameterException"
	}
	if old, ok := v.values[r.ClientRequestToken]; !ok {
		stages := r.VersionStages
		if stages == nil {
			stages = []string{current}
		}
		v.add(r.ClientRequestToken, value{SecretString: r.SecretString}, stages...)
	} else if old.SecretString != r.SecretString {
		return nil, "ResourceExistsException"
	}
	return map[string]any{"Name": r.SecretID, "VersionId": r.ClientRequestToken}, ""
}

// moveStage moves a stage away from the version that it is at, which the request names.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
func (v *versions) moveStage(r request) (body any, code string) {
	to := cmp.Or(r.MoveToVersionID, r.RemoveFromVersionID)
	if _, ok := v.values[to]; !ok {
		return nil, "ResourceNotFoundException"
	}
	if v.stages[r.VersionStage] != r.RemoveFromVersionID {
		return nil, "InvalidParameterException"
	}
	if r.MoveToVersionID == "" {
		delete(v.stages, r.VersionStage)
	} else {
		v.stages[r.VersionStage] = r.MoveToVersionID
	}
	return map[string]any{"Name": r.SecretID}, ""
}

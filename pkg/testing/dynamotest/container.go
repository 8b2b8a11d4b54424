package dynamotest

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

const image = "amazon/dynamodb-local"

// haveImage reports whether a docker engine answers and already has the image.
func haveImage(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return exec.CommandContext(ctx, "docker", "image", "inspect", image).Run() == nil
}

func containerCommand(port int) []string {
	return slices.Concat([]string{
		"docker", "run", "--rm", "--pull", "never", "--env", telemetryOff,
		"--publish", fmt.Sprintf("127.0.0.1:%d:8000", port), image,
	}, jvmOptions, []string{"-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb"})
}

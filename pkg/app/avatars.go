package app

import (
	"fmt"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Avatars says of which hosts a user's picture may be.
var Avatars = Part{needs.Avatars, addAvatars}

func addAvatars(f *function) error {
	f.config.AvatarHosts = f.settings.AvatarHosts
	return nil
}

// EnvAvatarHosts is the setting that names these hosts, with commas between them, as login.ParseAvatarHosts reads it.
const EnvAvatarHosts = "WXBIND_AVATAR_HOSTS"

// AvatarHosts reads EnvAvatarHosts for login.Config. The error names the setting.
func AvatarHosts(getenv func(string) string) ([]string, error) {
	hosts, err := login.ParseAvatarHosts(getenv(EnvAvatarHosts))
	if err != nil {
		return nil, fmt.Errorf("%s (%w)", EnvAvatarHosts, err)
	}
	return hosts, nil
}

package secrets

import "strings"

// suffixes are the domains of AWS's partitions, by the beginnings of the names of their
// Regions. All other Regions are in amazonaws.com, those of AWS GovCloud included.
// https://github.com/aws/aws-sdk-go-v2/blob/main/internal/endpoints/awsrulesfn/partitions.json
var suffixes = [...]struct{ region, domain string }{
	{"cn-", "amazonaws.com.cn"},
	{"eusc-", "amazonaws.eu"},
	{"us-iso-", "c2s.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"},
	{"us-isof-", "csp.hci.ic.gov"},
}

// endpointIn is the URL of Secrets Manager in a Region.
func endpointIn(region string) string {
	domain := "amazonaws.com"
	for _, s := range suffixes {
		if strings.HasPrefix(region, s.region) {
			domain = s.domain
		}
	}
	return "https://secretsmanager." + region + "." + domain
}

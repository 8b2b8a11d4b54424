package wechatdata

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// The kinds of data of which WeChat may say that somebody has withdrawn their consent, and which wxbind never holds.
const (
	DataPlate          login.DataKind = "plate"
	DataAddress        login.DataKind = "address"
	DataInvoice        login.DataKind = "invoice"
	DataBluetooth      login.DataKind = "bluetooth"
	DataMicrophone     login.DataKind = "microphone"
	DataCamera         login.DataKind = "camera"
	DataSteps          login.DataKind = "steps"
	DataLocation       login.DataKind = "location"
	DataPictures       login.DataKind = "pictures"
	DataFiles          login.DataKind = "files"
	DataMail           login.DataKind = "mail"
	DataPickedLocation login.DataKind = "picked_location"
	// DataOther is every kind that is not known here.
	DataOther login.DataKind = "other"
)

// revoked says what the numbers in RevokeInfo mean:
// https://developers.weixin.qq.com/miniprogram/security/basic/listen.html
var revoked = map[string][]login.DataKind{
	"1":  {DataPlate},
	"2":  {DataAddress},
	"3":  {DataInvoice},
	"4":  {DataBluetooth},
	"5":  {DataMicrophone},
	"6":  {login.DataName, login.DataAvatar},
	"7":  {DataCamera},
	"8":  {login.DataPhone},
	"12": {DataSteps},
	"13": {DataLocation},
	"14": {DataPictures},
	"15": {DataFiles},
	"16": {DataMail},
	"18": {DataPickedLocation},
	"19": {login.DataName},
	"20": {login.DataAvatar},
}

// kindsOf reads a RevokeInfo: numbers with commas between them. There are at most as many kinds as are known.
func kindsOf(revokeInfo string) []login.DataKind {
	var kinds []login.DataKind
	for number := range strings.SplitSeq(strings.ReplaceAll(revokeInfo, "，", ","), ",") {
		if number = login.Trim(number); number == "" {
			continue
		}
		is, known := revoked[number]
		if !known {
			is = []login.DataKind{DataOther}
		}
		for _, kind := range is {
			if !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
	}
	return kinds
}

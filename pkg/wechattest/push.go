package wechattest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // WeChat signs pushes with it
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mode is how a push is encrypted, as WeChat's console calls it.
type Mode string

// The modes.
const (
	Plain      Mode = "plain"
	Compatible Mode = "compatible" // the plain message stands beside the encrypted one
	Secure     Mode = "secure"
)

// Pusher pushes to the address that a mini-program has in WeChat's console.
type Pusher struct {
	AppID, Token, EncodingAESKey string
	// Address is the URL; a push adds its query.
	Address string
	Mode    Mode
	// XML sends XML in place of JSON.
	XML bool
	// StrayBlanks puts blanks where WeChat's own samples have them: in values, and in the name of an element.
	StrayBlanks bool
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Event is what is pushed.
type Event struct {
	// Name is WeChat's name of it, such as user_authorization_cancellation.
	Name string
	// OpenID is the person; "" for an event about nobody.
	OpenID string
	// At is when it happened; zero means now.
	At time.Time
	// RevokeInfo lists kinds of data by their numbers, with commas.
	RevokeInfo string
	// More are further fields.
	More map[string]any
}

// names are the fields of a message in WeChat's order.
var names = []string{"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "OpenID", "AppID", "RevokeInfo", "PluginID", "OpenPID"}

// message is a push before it is encrypted.
func (p Pusher) message(e Event) []byte {
	fields := map[string]any{
		"ToUserName": "gh_870882ca4b1", "FromUserName": "oaKk346BaWE-eIn4oSRWbaM9vR7s",
		"CreateTime": cmp.Or(e.At, p.now()).Unix(), "MsgType": "event", "Event": e.Name,
	}
	if e.OpenID != "" {
		fields["OpenID"], fields["AppID"] = e.OpenID, p.AppID
	}
	if e.RevokeInfo != "" {
		fields["RevokeInfo"] = e.RevokeInfo
	}
	order := slices.Clone(names)
	for name, value := range e.More {
		fields[name], order = value, append(order, name)
	}
	if p.StrayBlanks {
		fields["OpenPID"] = "G7esq5NVzP76HIHoB95t4CVBP6to"
		for name, value := range fields {
			if text, ok := value.(string); ok {
				fields[name] = " " + text + " "
			}
		}
	}
	if p.XML {
		return p.xml(order, fields)
	}
	return encode(fields)
}

// xml writes fields as WeChat does: texts in CDATA.
func (p Pusher) xml(order []string, fields map[string]any) []byte {
	text := bytes.NewBufferString("<xml>\n")
	for _, name := range order {
		value, ok := fields[name]
		if !ok {
			continue
		}
		begin := "<"
		if p.StrayBlanks && name == "OpenPID" {
			begin = "< "
		}
		if s, ok := value.(string); ok {
			fmt.Fprintf(text, "  %s%s><![CDATA[%s]]></%s>\n", begin, name, s, name)
			continue
		}
		fmt.Fprintf(text, "  <%s>%v</%s>\n", name, value, name)
	}
	text.WriteString("</xml>")
	return text.Bytes()
}

func (p Pusher) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// Request makes a push. Whoever tests hostile pushes changes it.
//
// Errors: one for an Address or an EncodingAESKey that is none.
func (p Pusher) Request(ctx context.Context, e Event) (*http.Request, error) {
	query, timestamp, nonce := p.signed()
	if e.OpenID != "" && p.Mode != Plain {
		query.Set("openid", e.OpenID)
	}
	body := p.message(e)
	if p.Mode != Plain {
		random := [16]byte{}
		_, _ = rand.Read(random[:]) // never fails
		encrypted, err := EncryptPush(p.EncodingAESKey, p.AppID, body, random)
		if err != nil {
			return nil, err
		}
		query.Set("encrypt_type", "aes")
		query.Set("msg_signature", SignPush(p.Token, timestamp, nonce, encrypted))
		body = p.around(body, encrypted)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Address+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "text/xml") // whatever the body is
	req.Header.Set("User-Agent", "Mozilla/4.0")
	return req, nil
}

// around puts an encrypted message into the body of a push.
func (p Pusher) around(plain []byte, encrypted string) []byte {
	if p.XML {
		inner := ""
		if p.Mode == Compatible {
			inner = strings.TrimSuffix(strings.TrimPrefix(string(plain), "<xml>"), "</xml>")
		}
		return fmt.Appendf(nil, "<xml>%s<ToUserName><![CDATA[gh_870882ca4b1]]></ToUserName><Encrypt><![CDATA[%s]]></Encrypt></xml>", inner, encrypted)
	}
	fields := map[string]any{}
	if p.Mode == Compatible {
		if err := json.Unmarshal(plain, &fields); err != nil {
			panic(err) // it is our own
		}
	}
	fields["ToUserName"], fields["Encrypt"] = "gh_870882ca4b1", encrypted
	return encode(fields)
}

// signed is the query that every request of WeChat's has.
func (p Pusher) signed() (query url.Values, timestamp, nonce string) {
	random := make([]byte, 4)
	_, _ = rand.Read(random) // never fails
	timestamp, nonce = strconv.FormatInt(p.now().Unix(), 10), strconv.FormatUint(uint64(binary.BigEndian.Uint32(random)), 10)
	return url.Values{"signature": {SignPush(p.Token, timestamp, nonce)}, "timestamp": {timestamp}, "nonce": {nonce}}, timestamp, nonce
}

// SignPush signs texts as WeChat does: the SHA-1 of all of them, sorted by their bytes, in hexadecimal. For signature they are the Token,
// the timestamp and the nonce, for msg_signature also what is encrypted.
func SignPush(texts ...string) string {
	sum := sha1.Sum([]byte(strings.Join(slices.Sorted(slices.Values(texts)), ""))) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// EncryptPush encrypts a message for an app as WeChat does: random, its length, the message, the appid, padded to blocks of 32 bytes.
//
// Errors: one for an EncodingAESKey that is none.
func EncryptPush(encodingAESKey, appID string, message []byte, random [16]byte) (string, error) {
	key, err := base64.RawStdEncoding.DecodeString(encodingAESKey)
	if err != nil {
		return "", fmt.Errorf("the EncodingAESKey: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("the EncodingAESKey: %w", err)
	}
	text := binary.BigEndian.AppendUint32(random[:], uint32(len(message))) //nolint:gosec // messages are short
	text = append(append(text, message...), appID...)
	pad := 32 - len(text)%32
	text = append(text, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(text, text)
	return base64.StdEncoding.EncodeToString(text), nil
}

// pushTime is how long WeChat waits for an answer to a push.
const pushTime = 5 * time.Second

// pushes is how often WeChat sends a push that is not answered with success.
const pushes = 3

// Push sends an event, and sends it again if the answer is not success within 5 seconds, three times in all.
//
// Errors: one if no answer was success. It quotes neither the address nor the answer.
func (p Pusher) Push(ctx context.Context, client *http.Client, e Event) error {
	e.At = cmp.Or(e.At, p.now()) // a repeat is of the same time
	var status int
	for range pushes {
		req, err := p.Request(ctx, e)
		if err != nil {
			return err
		}
		var body string
		if status, body, err = send(client, req); err == nil && status == http.StatusOK && body == "success" {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("the push was not answered with success; the last status was %d", status)
}

// Verify asks the address for a text that was sent, as WeChat does when an operator enters the address.
//
// Errors: one if the answer was another.
func (p Pusher) Verify(ctx context.Context, client *http.Client) error {
	query, _, nonce := p.signed()
	query.Set("echostr", "4375120948"+nonce)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Address+"?"+query.Encode(), http.NoBody)
	if err != nil {
		return err
	}
	status, body, err := send(client, req)
	switch {
	case err != nil:
		return err
	case status != http.StatusOK || body != query.Get("echostr"):
		return fmt.Errorf("the address was not verified; the status was %d", status)
	}
	return nil
}

// send sends a request within the time that WeChat waits.
func send(client *http.Client, req *http.Request) (status int, body string, err error) {
	ctx, cancel := context.WithTimeout(req.Context(), pushTime)
	defer cancel()
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return resp.StatusCode, string(text), err
}

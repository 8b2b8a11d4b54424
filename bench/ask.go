package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/bench/people"
)

// askTime bounds one request.
const askTime = 20 * time.Second

// client asks one server over one connection, without the goroutines of net/http's: the load runs on the same
// processors as what it measures.
type client struct {
	addr   string
	conn   net.Conn
	reader *bufio.Reader
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
	}
	c.conn = nil
}

// get sends one request, as WeChat's client would, and returns the body of the answer.
func (c *client) get(ctx context.Context, path string, header ...string) ([]byte, error) {
	if c.conn == nil {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.addr)
		if err != nil {
			return nil, err
		}
		c.conn, c.reader = conn, bufio.NewReader(conn)
	}
	if err := c.conn.SetDeadline(time.Now().Add(askTime)); err != nil {
		return nil, err
	}
	request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n"+
		"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60 NetType/WIFI Language/zh_CN\r\n"+
		"Referer: https://servicewechat.com/%s/12/page-frame.html\r\nContent-Type: application/json\r\nAccept: */*\r\n",
		path, c.addr, people.AppID)
	for _, line := range header {
		request = append(append(request, line...), "\r\n"...)
	}
	if _, err := c.conn.Write(append(request, "\r\n"...)); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if response.Close {
		c.close()
	}
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP %d: %s", response.StatusCode, body)
	}
	return body, nil
}

// checkBind logs a person in, and checks that the answer is for that person and has a token.
func (c *client) checkBind(ctx context.Context, person, serial int) ([]byte, error) {
	body, err := c.get(ctx, "/mobileApi/user/checkBind?code="+people.Code(person, serial))
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(body, []byte(`"token":"`)) || !bytes.Contains(body, []byte(people.Username(person))) {
		return nil, fmt.Errorf("no login of %s: %s", people.Username(person), body)
	}
	return body, nil
}

// tokenIn returns the token in an answer, or "".
func tokenIn(body []byte) string {
	var answer struct{ Token string }
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Token
}

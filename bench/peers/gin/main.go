// Command gin is checkBind as one would write it with gin, silenceper/wechat, GORM on MariaDB, and Redis for the tokens.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/miniprogram/auth"
	"github.com/silenceper/wechat/v2/miniprogram/config"
	"github.com/silenceper/wechat/v2/util"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

// tokenLife is how long a token lives.
const tokenLife = 7 * 24 * time.Hour

// User is a row of users.
type User struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Roles    string `json:"roles"`
	Disabled bool   `json:"-"`
}

// Binding is a row of bindings.
type Binding struct {
	ID     int64
	AppID  string
	OpenID string `gorm:"column:openid"`
	UserID int64
}

type server struct {
	auth  *auth.Auth
	db    *gorm.DB
	redis *redis.Client
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	db, err := gorm.Open(mysql.Open(os.Getenv("MYSQL_DSN")), &gorm.Config{PrepareStmt: true})
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(50)
	pool.SetMaxIdleConns(20)

	// The default client keeps two connections to a host, too few for 16 requests at once.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 50
	util.DefaultHTTPClient = &http.Client{Transport: transport, Timeout: 5 * time.Second}
	util.SetURIModifier(func(uri string) string {
		return strings.Replace(uri, "https://api.weixin.qq.com", os.Getenv("WECHAT_API_BASE"), 1)
	})
	program := wechat.NewWechat().GetMiniProgram(&config.Config{
		AppID: os.Getenv("WX_APPID"), AppSecret: os.Getenv("WX_APPSECRET"), Cache: cache.NewMemory(),
	})

	s := server{
		auth: program.GetAuth(), db: db,
		redis: redis.NewClient(&redis.Options{Addr: os.Getenv("REDIS_ADDR")}),
	}
	gin.SetMode(gin.ReleaseMode)
	router := gin.Default()
	router.GET("/mobileApi/user/checkBind", s.checkBind)
	return router.Run(os.Getenv("ADDR"))
}

func (s server) checkBind(c *gin.Context) {
	ctx := c.Request.Context()
	session, err := s.auth.Code2SessionContext(ctx, c.Query("code"))
	if err != nil {
		log.Print(err)
		c.JSON(http.StatusOK, gin.H{"code": 0, "msg": "登录失败"})
		return
	}
	var binding Binding
	err = s.db.WithContext(ctx).Where("app_id = ? AND openid = ?", os.Getenv("WX_APPID"), session.OpenID).Take(&binding).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		c.JSON(http.StatusOK, gin.H{"code": 301, "msg": "未登录", "openId": session.OpenID})
		return
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	var user User
	if err := s.db.WithContext(ctx).Take(&user, binding.UserID).Error; err != nil {
		s.fail(c, err)
		return
	}
	if user.Disabled {
		c.JSON(http.StatusOK, gin.H{"code": 0, "msg": "账号已禁用"})
		return
	}
	token, err := s.newToken(ctx, user, session)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"code": 1, "msg": "已经登录", "token": token, "userInfo": user})
}

// newToken stores a new token in Redis, with what belongs to it.
func (s server) newToken(ctx context.Context, user User, session auth.ResCode2Session) (string, error) {
	random := make([]byte, 32)
	rand.Read(random)
	token := hex.EncodeToString(random)
	value, err := json.Marshal(map[string]any{"userId": user.ID, "openId": session.OpenID, "sessionKey": session.SessionKey})
	if err != nil {
		return "", err
	}
	return token, s.redis.Set(ctx, "token:"+token, value, tokenLife).Err()
}

func (s server) fail(c *gin.Context, err error) {
	log.Print(err)
	c.JSON(http.StatusInternalServerError, gin.H{"code": 0, "msg": "系统错误"})
}

package peer;

import cn.binarywang.wx.miniapp.api.WxMaService;
import cn.binarywang.wx.miniapp.bean.WxMaJscode2SessionResult;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import me.chanjar.weixin.common.error.WxErrorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class CheckBindController {
    private static final Logger log = LoggerFactory.getLogger(CheckBindController.class);
    private static final Duration TOKEN_LIFE = Duration.ofDays(7);

    private final WxMaService wechat;
    private final BindingMapper bindings;
    private final UserMapper users;
    private final StringRedisTemplate redis;
    private final ObjectMapper json;

    CheckBindController(WxMaService wechat, BindingMapper bindings, UserMapper users, StringRedisTemplate redis,
            ObjectMapper json) {
        this.wechat = wechat;
        this.bindings = bindings;
        this.users = users;
        this.redis = redis;
        this.json = json;
    }

    @GetMapping("/mobileApi/user/checkBind")
    Map<String, Object> checkBind(@RequestParam String code) throws WxErrorException, JsonProcessingException {
        WxMaJscode2SessionResult session = wechat.getUserService().getSessionInfo(code);
        Long userId = bindings.userIdByOpenId(wechat.getWxMaConfig().getAppid(), session.getOpenid());
        if (userId == null) {
            return Map.of("code", 301, "msg", "未登录", "openId", session.getOpenid());
        }
        User user = users.byId(userId);
        if (user == null || user.disabled()) {
            return Map.of("code", 0, "msg", "账号已禁用");
        }
        String token = UUID.randomUUID().toString().replace("-", "");
        redis.opsForValue().set("token:" + token, json.writeValueAsString(Map.of(
                "userId", userId, "openId", session.getOpenid(), "sessionKey", session.getSessionKey())), TOKEN_LIFE);
        return Map.of("code", 1, "msg", "已经登录", "token", token, "userInfo", Map.of(
                "id", user.id(), "username", user.username(), "name", user.name(), "roles", user.roles()));
    }

    @ExceptionHandler(WxErrorException.class)
    Map<String, Object> refused(WxErrorException e) {
        return Map.of("code", 0, "msg", e.getError().getErrorMsg());
    }

    @ExceptionHandler(Exception.class)
    ResponseEntity<Map<String, Object>> failed(Exception e) {
        log.error("checkBind", e);
        return ResponseEntity.internalServerError().body(Map.of("code", 0, "msg", "系统错误"));
    }
}

package peer;

import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Select;

@Mapper
interface BindingMapper {
    @Select("SELECT user_id FROM bindings WHERE app_id = #{appId} AND openid = #{openId}")
    Long userIdByOpenId(String appId, String openId);
}

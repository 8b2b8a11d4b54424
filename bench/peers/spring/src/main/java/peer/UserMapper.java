package peer;

import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Select;

@Mapper
interface UserMapper {
    @Select("SELECT id, username, name, roles, disabled FROM users WHERE id = #{id}")
    User byId(long id);
}

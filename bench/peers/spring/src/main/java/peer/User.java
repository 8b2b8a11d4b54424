package peer;

record User(Long id, String username, String name, String roles, Boolean disabled) {
}

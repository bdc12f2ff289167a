#include "server/operations/process/privileges.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/check.hpp"

namespace sotto::server {
namespace {

std::string last_error() { return std::generic_category().message(errno); }

}  // namespace

std::optional<User> user_named(const std::string& name) {
  const passwd* const found = ::getpwnam(name.c_str());
  if (!found) return std::nullopt;
  return User{.name = name, .uid = found->pw_uid, .gid = found->pw_gid};
}

base::Result<void, std::string> Privileges::make_folder(const std::filesystem::path& path) const {
  std::error_code failure;
  if (!std::filesystem::create_directories(path, failure) || !user_) return {};  // who opens it says what is wrong
  if (::chown(path.c_str(), user_->uid, user_->gid) != 0) return last_error();
  return {};
}

// The effective ids decide about files; the real ones stay root's, as the way back.
Privileges::AsUser::AsUser(const std::optional<User>& user) : is_other_(user.has_value()) {
  if (!is_other_) return;
  CHECK(::setegid(user->gid) == 0);
  CHECK(::seteuid(user->uid) == 0);
}

Privileges::AsUser::~AsUser() {
  if (!is_other_) return;
  CHECK(::seteuid(0) == 0);
  CHECK(::setegid(0) == 0);
}

base::Result<void, std::string> Privileges::give_up() const {
  if (!user_) return {};
  const bool is_done = ::initgroups(user_->name.c_str(), user_->gid) == 0 &&
                       ::setresgid(user_->gid, user_->gid, user_->gid) == 0 &&
                       ::setresuid(user_->uid, user_->uid, user_->uid) == 0;
  if (!is_done) return "can't become " + user_->name + " (" + last_error() + ")";
  if (user_->uid != 0 && ::setuid(0) == 0) return std::string("can't give up root's rights");
  return {};
}

}  // namespace sotto::server

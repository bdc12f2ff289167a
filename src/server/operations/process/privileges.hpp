#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace sotto::server {

struct User {
  std::string name;
  uid_t uid;
  gid_t gid;
};
/// Somebody whom this system knows, by name.
std::optional<User> user_named(const std::string& name);

/// Root's rights, for as long as there is something that needs them: a port below 1024, a key that only root may read.
class Privileges {
 public:
  /// user  whom to become, if we are root; nobody: we stay who we are
  explicit Privileges(std::optional<User> user) : user_(std::move(user)) {}

  /// Makes a folder that belongs to the user. What is there already stays as it is.
  ///
  /// errors   what stands in the way, in words
  base::Result<void, std::string> make_folder(const std::filesystem::path& path) const;
  /// Acts as the user until its end, so that the files made meanwhile are theirs.
  class AsUser {
   public:
    explicit AsUser(const std::optional<User>& user);
    ~AsUser();
    AsUser(const AsUser&) = delete;
    AsUser& operator=(const AsUser&) = delete;

   private:
    bool is_other_;
  };
  AsUser as_user() const { return AsUser(user_); }
  /// Becomes the user for good: every thread, and no way back. Without a user nothing changes.
  ///
  /// errors   what stands in the way, in words
  base::Result<void, std::string> give_up() const;

 private:
  std::optional<User> user_;
};

}  // namespace sotto::server

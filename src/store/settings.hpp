#pragma once
#include <optional>
#include <span>
#include <string>

#include "store/store.hpp"

/// What the person has chosen.
namespace sotto::store::settings {

/// Whether it is on; `otherwise` if nothing was chosen.
bool is_on(Transaction& in, std::string_view name, bool otherwise);
void set(Transaction& in, std::string_view name, bool is_on);

struct Known {
  std::string_view name;
  bool otherwise;  // before anything was chosen
  std::string_view what;
};
/// All there are.
std::span<const Known> all();
bool is_known(std::string_view name);

/// The name that the person gave themselves; nothing: the user name.
std::optional<std::string> profile_name(Transaction& in);
void set_profile_name(Transaction& in, std::string_view name);

/// What was written there; empty if nothing was.
std::string text(Transaction& in, std::string_view name);
void set_text(Transaction& in, std::string_view name, std::string_view value);

inline constexpr std::string_view proxy = "proxy";                      // text: socks5h://…; empty: none
inline constexpr std::string_view private_servers = "private_servers";  // others' servers may have private addresses
inline constexpr std::string_view replaces = "replaces";  // text: the account id whose place this one takes
inline constexpr std::string_view receipts = "receipts";  // delivery and read receipts, both ways
inline constexpr std::string_view typing = "typing";

}  // namespace sotto::store::settings

#pragma once
#include "client/engine.hpp"

/// What the person has chosen, the same on all devices.
namespace sotto::client::preferences {

struct Preference {
  std::string name;
  bool is_on = false;
  std::string what;  // in words
};
Result<std::vector<Preference>> list(Engine& engine);
/// errors  refused  there is no such setting
Result<void> set(Engine& engine, const std::string& name, bool is_on);

/// What we call ourselves: told to contacts, inside the encryption, and to our other devices.
///
/// errors  refused  a name that is empty, longer than 64 bytes, or holds what can't be seen
Result<void> set_profile_name(Engine& engine, const std::string& name);
Result<std::string> profile_name(Engine& engine);

}  // namespace sotto::client::preferences

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

}  // namespace sotto::client::preferences

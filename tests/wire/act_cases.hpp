#pragma once
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace sotto::test {

struct ActCase {
  std::string note;
  std::string kind;    // list, name, deletion, keeping, backup
  std::string expect;  // "accept", or the name of the rule
  std::string authority;
  base::Blob held;  // introduction of the account as the server has it
  base::Blob request;
};
/// Acts that are accepted, and for every rule about them at least one that breaks it and nothing before it.
std::vector<ActCase> act_cases();

struct GroupStateCase {
  std::string note;
  std::string expect;
  base::Blob group;
  base::Blob admins;  // keys of 33 bytes; none: a first entry
  base::Blob request;
};
std::vector<GroupStateCase> group_state_cases();

}  // namespace sotto::test

#pragma once
#include <string>
#include <vector>

#include "support/registration_draft.hpp"

namespace sotto::test {

struct RegistrationCase {
  std::string note;
  std::string expect;  // "accept", or the name of the rule
  std::string authority;
  base::Blob mailbox_id;
  base::Blob challenge;
  base::Blob request;
};

/// One registration that is accepted, and for every rule at least one that breaks it and nothing before it.
std::vector<RegistrationCase> registration_cases();

}  // namespace sotto::test

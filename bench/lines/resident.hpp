#pragma once
#include <string>

#include "wire/ids.hpp"
#include "wire/permit.hpp"

namespace sotto::bench {

/// A device as a load generator knows it. Nothing in its account is looked at by what is measured.
struct Resident {
  wire::AccountId account;
  wire::MailboxId mailbox;
  base::Bytes<32> token;
  wire::Permit permit;

  std::string bearer() const;         // the value of Authorization
  std::string permit_header() const;  // the value of Sotto-Permit
};

}  // namespace sotto::bench

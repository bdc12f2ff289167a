#pragma once
#include "wire/ids.hpp"
#include "wire/names.hpp"
#include "wire/signed.hpp"

namespace sotto::wire {

/// The right to write to an account without saying who writes (design, section 6).
using Permit = base::Bytes<16>;

/// What the recipient's server keeps of it: H(`Sotto v1 permit`, {1: account id, 2: permit}).
inline Hash permit_hash(const AccountId& account, const Permit& permit) {
  return hash(names::permit, StrictWriter().bytes(1, account.view()).bytes(2, permit).done());
}

}  // namespace sotto::wire

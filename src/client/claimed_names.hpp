#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "store/contacts.hpp"

/// What people say they are called: shown only as a claim, without what can't be seen, and never believed when
/// it looks like somebody else.
namespace sotto::client::claimed_names {

/// Normal form C, without controls, bidirectional controls, and characters without a width.
std::string safe(std::string_view name);
/// Whether a name can be chosen: 1 to 64 bytes that safe() leaves as they are.
bool is_choosable(std::string_view name);

/// Names with the same skeleton look alike (UTS 39, section 4), whatever their case.
std::string skeleton(std::string_view name);

/// Whom the claimed name of this contact could be taken for: another contact, by what we call them or they are known
/// as, or the software itself. Nothing if there is nobody.
std::optional<std::string> looks_like(store::Transaction& in, const store::Contact& contact);

}  // namespace sotto::client::claimed_names

#pragma once
#include <boost/json/object.hpp>
#include <iosfwd>

#include "server/storage/operator.hpp"

namespace sotto::server {

/// `2026-11-24`.
std::string date(base::Day day);
/// The same; null for day 0, which stands for none.
boost::json::value date_or_null(base::Day day);

/// All of it. Bytes are base64url, hashes hexadecimal, days dates.
boost::json::object to_json(const Disclosure& disclosed);

/// What to_json() made, in words, with what can't be read and why.
void print_disclosure(const boost::json::object& disclosed, std::ostream& out);

}  // namespace sotto::server

// Records the statement cases: `record_statements registration > tests/vectors/statements/registration.json`, and the
// same for `acts` and `group_states`. Not a test; run by hand when a statement changes, and then the diff is read.
#include <boost/json.hpp>
#include <iostream>

#include "base/encoding.hpp"
#include "wire/act_cases.hpp"
#include "wire/registration_cases.hpp"

namespace {

using sotto::base::to_hex;

boost::json::array registrations() {
  boost::json::array cases;
  for (const auto& one : sotto::test::registration_cases()) {
    cases.push_back({{"note", one.note},
                     {"expect", one.expect},
                     {"authority", one.authority},
                     {"mailbox_id", to_hex(one.mailbox_id)},
                     {"challenge", to_hex(one.challenge)},
                     {"request", to_hex(one.request)}});
  }
  return cases;
}

boost::json::array acts() {
  boost::json::array cases;
  for (const auto& one : sotto::test::act_cases()) {
    cases.push_back({{"note", one.note},
                     {"kind", one.kind},
                     {"expect", one.expect},
                     {"authority", one.authority},
                     {"held", to_hex(one.held)},
                     {"request", to_hex(one.request)}});
  }
  return cases;
}

boost::json::array group_states() {
  boost::json::array cases;
  for (const auto& one : sotto::test::group_state_cases()) {
    cases.push_back({{"note", one.note},
                     {"expect", one.expect},
                     {"group", to_hex(one.group)},
                     {"admins", to_hex(one.admins)},
                     {"request", to_hex(one.request)}});
  }
  return cases;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view what = count == 2 ? arguments[1] : "";
  boost::json::array cases;
  if (what == "registration") cases = registrations();
  if (what == "acts") cases = acts();
  if (what == "group_states") cases = group_states();
  if (cases.empty()) return std::cerr << "usage: record_statements registration|acts|group_states\n", 2;
  std::cout << "{\"cases\": [\n";
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::cout << boost::json::serialize(cases[i]) << (i + 1 < cases.size() ? ",\n" : "\n");
  }
  std::cout << "]}\n";
}

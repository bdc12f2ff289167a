// Records the statement cases: `record_statements > tests/vectors/statements/registration.json`. Not a test; run by
// hand when a statement changes, and then the diff is read.
#include <boost/json.hpp>
#include <iostream>

#include "base/encoding.hpp"
#include "wire/registration_cases.hpp"

int main() {
  boost::json::array cases;
  for (const auto& one : sotto::test::registration_cases()) {
    cases.push_back({{"note", one.note},
                     {"expect", one.expect},
                     {"authority", one.authority},
                     {"mailbox_id", sotto::base::to_hex(one.mailbox_id)},
                     {"challenge", sotto::base::to_hex(one.challenge)},
                     {"request", sotto::base::to_hex(one.request)}});
  }
  std::cout << "{\"cases\": [\n";
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::cout << boost::json::serialize(cases[i]) << (i + 1 < cases.size() ? ",\n" : "\n");
  }
  std::cout << "]}\n";
}

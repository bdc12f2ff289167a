#include "server/storage/embedded/maintenance/checks.hpp"

#include <array>

namespace sotto::server {
namespace {

constexpr const char* restore = "restore the store from a backup";
constexpr const char* report = "nothing is lost; this is a mistake of the program: please report it";

/// A number that is to be 0.
struct Rule {
  std::string_view count;  // SQL; a literal, as prepared statements are kept by it
  const char* what;        // after the number
  const char* remedy;
};

constexpr std::array rules{
    Rule{"SELECT (SELECT count(*) FROM server WHERE length(secret) = 32) <> 1",
         "row about the server itself is missing or wrong", restore},
    Rule{"SELECT count(*) FROM envelopes e WHERE NOT EXISTS (SELECT 1 FROM devices WHERE id = e.device)",
         "envelopes are for devices that are not there", report},
    Rule{"SELECT count(*) FROM envelopes e WHERE e.payload IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payloads WHERE id "
         "= e.payload)",
         "envelopes lack what they share with others", restore},
    Rule{"SELECT count(*) FROM payloads p JOIN (SELECT payload, count(*) AS uses FROM envelopes WHERE payload IS NOT "
         "NULL GROUP BY payload) c ON c.payload = p.id WHERE c.uses <> p.uses",
         "shared payloads are counted wrong", report},
    Rule{"SELECT count(*) FROM payloads p WHERE p.id NOT IN (SELECT payload FROM envelopes WHERE payload IS NOT NULL)",
         "shared payloads are used by no envelope", report},
    Rule{"SELECT count(*) FROM envelopes e LEFT JOIN payloads p ON p.id = e.payload WHERE e.size <> length(e.envelope) "
         "+ coalesce(length(p.payload), 0)",
         "envelopes have another size than was noted", restore},
    Rule{"SELECT count(*) FROM envelopes WHERE id >= (SELECT positions FROM server)",
         "envelopes have positions that were never given", restore},
    Rule{
        "SELECT count(*) FROM devices d WHERE d.one_time <> (SELECT count(*) FROM one_time_prekeys WHERE device = d.id "
        "AND kind = 0) OR d.one_time_kyber <> (SELECT count(*) FROM one_time_prekeys WHERE device = d.id AND kind = 1)",
        "devices have other one-time prekeys than were counted", report},
    Rule{"SELECT count(*) FROM accounts a WHERE NOT EXISTS (SELECT 1 FROM devices WHERE account = a.id)",
         "accounts have no device", report},
};

Finding finding(std::int64_t count, const Rule& rule) {
  return {.what = std::to_string(count) + " " + rule.what, .remedy = rule.remedy};
}

}  // namespace

std::vector<Finding> damage_in(Database& database) {
  std::vector<Finding> findings;
  {
    Query query(database, "PRAGMA integrity_check(20)");
    while (query.next()) {
      const std::string said = base::text(query.bytes(0));
      if (said != "ok") findings.push_back({.what = said, .remedy = restore});
    }
  }
  Query query(database, "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1");
  while (query.next())
    findings.push_back(
        {.what = std::to_string(query.number(1)) + " rows of " + base::text(query.bytes(0)) + " belong to nothing",
         .remedy = restore});
  return findings;
}

std::vector<Finding> contradictions_in(Database& database) {
  std::vector<Finding> findings;
  for (const Rule& rule : rules) {
    Query query(database, rule.count);
    if (query.next() && query.number(0) > 0) findings.push_back(finding(query.number(0), rule));
  }
  return findings;
}

}  // namespace sotto::server

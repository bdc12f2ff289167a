#pragma once
#include <boost/json/object.hpp>
#include <iosfwd>
#include <string>
#include <vector>

#include "server/operations/options.hpp"

namespace sotto::server {

/// How an answer is printed: for people, or the objects as they came, one a line.
enum class Printed { for_people, as_json };

struct Question {
  std::string command;
  std::vector<std::string> arguments = {};
  Printed printed = Printed::for_people;
};

/// Prints one answer.
///
/// returns  the exit code: 0, or 1 if the answer has a member `error`
int print_answer(const boost::json::object& answer, Printed printed, std::ostream& out, std::ostream& err);

/// Has a command done by the server that runs with these options.
///
/// returns  the exit code: 0 done, 1 refused or no server there (`err` says which)
int call(const Options& options, const Question& question, std::ostream& out, std::ostream& err);

}  // namespace sotto::server

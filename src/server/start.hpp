#pragma once
#include <functional>
#include <iosfwd>

#include "server/operations/configuration/options_file.hpp"
#include "server/operations/options.hpp"

namespace sotto::server {

using Reread = std::function<OptionResult<Options>()>;

/// The program: serves until SIGTERM or SIGINT. Says on `out` where it listens, and on `err` what stands in its way.
///
/// reread   gives the options as they are now, for SIGHUP
/// returns  the exit code: 0 after a signal, 1 if it can't serve
int run(const Options& options, const Reread& reread, std::ostream& out, std::ostream& err);

}  // namespace sotto::server

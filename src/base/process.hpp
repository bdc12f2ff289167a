#pragma once

namespace sotto::base {

/// What every program of ours does first: no core dumps, no debugger of another process, files readable by their owner
/// only, and a broken pipe as an error instead of an end.
void harden_process();

}  // namespace sotto::base

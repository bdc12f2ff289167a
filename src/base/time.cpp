#include "base/time.hpp"

#include <ctime>

namespace sotto::base {

std::string to_text(Timestamp at) {
  const auto seconds = static_cast<std::time_t>(at.ms / 1000);
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return std::to_string(at.ms) + " ms";
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

std::string to_text(Day day) { return to_text(Timestamp{day.value * ms_per_day}).substr(0, 10); }

}  // namespace sotto::base

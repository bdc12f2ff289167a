#pragma once
#include "support/temporary_folder.hpp"

import torch


outer = 3

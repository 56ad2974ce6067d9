/**
 * Red arm: values that an independent implementation of the same formulas gave (NumPy), and what the real pipeline made of its frames.
 * By setting, binning and chip.
 */
export const redReferenceValues = {
  564: {
    '2x2': {
      lineList: { count: 1408, last: 6779.54429 },
      REDL: {
        geometry: [
          { m: 109, xp: 2, yp: 963.8462928, lambda: 5550.834405, dlam: 0.055983094, blaze: 0.011336742 },
          { m: 120, xp: 1024, yp: 488.6574948, lambda: 5089.280099, dlam: 0.041779697, blaze: 0.94530031 },
          { m: 132, xp: 2047, yp: 60.61352156, lambda: 4661.151705, dlam: 0.029153188, blaze: 0.010996762 },
        ],
        pixels: [
          { xp: 512, yp: 466, flat: 8849.8479, science: 114.51784 },
          { xp: 512, yp: 467, flat: 8849.8479, science: 170.69475 },
          { xp: 1024, yp: 489, flat: 13445.084, science: 258.71549 },
        ],
        calibratedOrders: [109, 132],
        lineTableRows: 1278,
        product: {
          samples: 37394,
          firstAngstrom: 4582.9,
          lastAngstrom: 5644.2,
          stepAngstrom: 0.02838,
          signalToNoise: 39.6,
        },
      },
      REDU: {
        geometry: [
          { m: 92, xp: 2, yp: 943.975353, lambda: 6576.799746, dlam: 0.065751095, blaze: 0.083835209 },
          { m: 100, xp: 1024, yp: 454.6357539, lambda: 6107.000433, dlam: 0.049643948, blaze: 0.96327723 },
          { m: 107, xp: 2047, yp: 91.35340086, lambda: 5749.588264, dlam: 0.035630837, blaze: 0.012798246 },
        ],
        pixels: [
          { xp: 512, yp: 429, flat: 12747.478, science: 168.1556 },
          { xp: 512, yp: 430, flat: 12747.478, science: 239.8297 },
          { xp: 1024, yp: 455, flat: 16194.158, science: 302.41967 },
        ],
        calibratedOrders: [92, 107],
        lineTableRows: 1019,
        product: {
          samples: 30437,
          firstAngstrom: 5654.5,
          lastAngstrom: 6686.7,
          stepAngstrom: 0.03391,
          signalToNoise: 39.0,
        },
      },
    },
    '1x1': {
      lineList: { count: 1407, last: 6778.17347 },
      REDL: {
        geometry: [
          { m: 109, xp: 2, yp: 1920.524299, lambda: 5550.944708, dlam: 0.027886014, blaze: 0.011890311 },
          { m: 120, xp: 2048, yp: 974.9479325, lambda: 5089.257622, dlam: 0.02082075, blaze: 0.94573375 },
          { m: 132, xp: 4095, yp: 113.6064477, lambda: 4661.048205, dlam: 0.014542515, blaze: 0.01055071 },
        ],
        pixels: [],
        calibratedOrders: [109, 132],
        lineTableRows: 1277,
        product: {
          samples: 75006,
          firstAngstrom: 4583.1,
          lastAngstrom: 5644.1,
          stepAngstrom: 0.01415,
          signalToNoise: 25.2,
        },
      },
      REDU: {
        geometry: [
          { m: 92, xp: 2, yp: 1885.217487, lambda: 6576.927196, dlam: 0.032751888, blaze: 0.085234205 },
          { m: 100, xp: 2048, yp: 911.3047252, lambda: 6106.97214, dlam: 0.024740006, blaze: 0.96359116 },
          { m: 107, xp: 4095, yp: 179.4628983, lambda: 5749.460631, dlam: 0.017773527, blaze: 0.013437523 },
        ],
        pixels: [],
        calibratedOrders: [92, 107],
        lineTableRows: 1016,
        product: {
          samples: 61055,
          firstAngstrom: 5654.7,
          lastAngstrom: 6686.5,
          stepAngstrom: 0.0169,
          signalToNoise: 24.7,
        },
      },
    },
  },
  580: {
    '2x2': {
      lineList: { count: 1414, last: 6929.96922 },
      REDL: {
        geometry: [
          { m: 106, xp: 2, yp: 960.4762555, lambda: 5708.02147, dlam: 0.057462422, blaze: 0.019073329 },
          { m: 117, xp: 1024, yp: 457.6591231, lambda: 5219.77109, dlam: 0.042775532, blaze: 0.9480042 },
          { m: 127, xp: 2047, yp: 82.20209412, lambda: 4844.549188, dlam: 0.030234441, blaze: 0.0047746442 },
        ],
        pixels: [
          { xp: 512, yp: 435, flat: 7866.7885, science: 156.56645 },
          { xp: 512, yp: 436, flat: 7866.7885, science: 186.59595 },
          { xp: 1024, yp: 458, flat: 11316.083, science: 258.98498 },
        ],
        calibratedOrders: [106, 127],
        lineTableRows: 1210,
        product: {
          samples: 35551,
          firstAngstrom: 4763.5,
          lastAngstrom: 5803.9,
          stepAngstrom: 0.02926,
          signalToNoise: 39.5,
        },
      },
      REDU: {
        geometry: [
          { m: 90, xp: 2, yp: 930.1551821, lambda: 6722.963767, dlam: 0.067152651, blaze: 0.097285627 },
          { m: 97, xp: 1024, yp: 483.7218687, lambda: 6295.859862, dlam: 0.051115879, blaze: 0.96558844 },
          { m: 104, xp: 2047, yp: 95.83438058, lambda: 5915.392449, dlam: 0.036621929, blaze: 0.020849209 },
        ],
        pixels: [
          { xp: 512, yp: 458, flat: 11851.872, science: 193.05011 },
          { xp: 512, yp: 459, flat: 11851.872, science: 252.40247 },
          { xp: 1024, yp: 484, flat: 15737.705, science: 298.13893 },
        ],
        calibratedOrders: [90, 104],
        lineTableRows: 978,
        product: {
          samples: 29285,
          firstAngstrom: 5817.7,
          lastAngstrom: 6835.2,
          stepAngstrom: 0.03475,
          signalToNoise: 38.9,
        },
      },
    },
    '1x1': {
      lineList: { count: 1391, last: 6930.04035 },
      REDL: {
        geometry: [
          { m: 106, xp: 2, yp: 1914.05859, lambda: 5708.141902, dlam: 0.028622283, blaze: 0.019837744 },
          { m: 116, xp: 2048, yp: 1004.850805, lambda: 5264.74965, dlam: 0.021487996, blaze: 0.94921077 },
          { m: 127, xp: 4095, yp: 157.035786, lambda: 4844.44565, dlam: 0.015081214, blaze: 0.0044661381 },
        ],
        pixels: [],
        calibratedOrders: [106, 127],
        lineTableRows: 1209,
        product: {
          samples: 71332,
          firstAngstrom: 4763.7,
          lastAngstrom: 5803.8,
          stepAngstrom: 0.01458,
          signalToNoise: 25.2,
        },
      },
      REDU: {
        geometry: [
          { m: 90, xp: 2, yp: 1857.887755, lambda: 6723.122398, dlam: 0.033447608, blaze: 0.099095302 },
          { m: 97, xp: 2048, yp: 969.7711611, lambda: 6295.852406, dlam: 0.025471116, blaze: 0.96566401 },
          { m: 104, xp: 4095, yp: 188.7065174, lambda: 5915.276809, dlam: 0.018265531, blaze: 0.021566913 },
        ],
        pixels: [],
        calibratedOrders: [90, 104],
        lineTableRows: 975,
        product: {
          samples: 58758,
          firstAngstrom: 5817.9,
          lastAngstrom: 6835.1,
          stepAngstrom: 0.01731,
          signalToNoise: 24.7,
        },
      },
    },
  },
  760: {
    '2x2': {
      lineList: { count: 2531, last: 9630.37559 },
      REDL: {
        geometry: [
          { m: 82, xp: 2, yp: 936.6600911, lambda: 7379.652056, dlam: 0.073368061, blaze: 0.17116944 },
          { m: 94, xp: 1024, yp: 450.3191243, lambda: 6497.114811, dlam: 0.052621216, blaze: 0.96460221 },
          { m: 107, xp: 2047, yp: 48.70798044, lambda: 5749.763165, dlam: 0.035581372, blaze: 0.011950574 },
        ],
        pixels: [
          { xp: 512, yp: 435, flat: 11810.834, science: 146.93753 },
          { xp: 512, yp: 436, flat: 11810.834, science: 216.56281 },
          { xp: 1024, yp: 451, flat: 14439.203, science: 271.02406 },
        ],
        calibratedOrders: [82, 107],
        lineTableRows: 1750,
        product: {
          samples: 51501,
          firstAngstrom: 5654.8,
          lastAngstrom: 7502.3,
          stepAngstrom: 0.03587,
          signalToNoise: 39.1,
        },
      },
      REDU: {
        geometry: [
          { m: 65, xp: 2, yp: 918.6823384, lambda: 9309.925124, dlam: 0.091988033, blaze: 0.36244829 },
          { m: 72, xp: 1024, yp: 460.3068032, lambda: 8482.19341, dlam: 0.06819385, blaze: 0.97976629 },
          { m: 79, xp: 2047, yp: 83.81753874, lambda: 7787.049742, dlam: 0.047851726, blaze: 0.1804853 },
        ],
        pixels: [
          { xp: 512, yp: 442, flat: 18293.123, science: 192.27939 },
          { xp: 512, yp: 443, flat: 18293.123, science: 284.2569 },
          { xp: 1024, yp: 461, flat: 18580.121, science: 316.10526 },
        ],
        calibratedOrders: [65, 79],
        lineTableRows: 1312,
        product: {
          samples: 38810,
          firstAngstrom: 7659.8,
          lastAngstrom: 9463.9,
          stepAngstrom: 0.04649,
          signalToNoise: 38.1,
        },
      },
    },
    '1x1': {
      lineList: { count: 2531, last: 9630.37559 },
      REDL: {
        geometry: [
          { m: 82, xp: 2, yp: 1866.521027, lambda: 7379.871675, dlam: 0.036539446, blaze: 0.17397015 },
          { m: 94, xp: 2048, yp: 898.6980447, lambda: 6497.140361, dlam: 0.026217517, blaze: 0.96435518 },
          { m: 107, xp: 4095, yp: 90.25781043, lambda: 5749.673298, dlam: 0.017743227, blaze: 0.012382043 },
        ],
        pixels: [],
        calibratedOrders: [82, 107],
        lineTableRows: 1745,
        product: {
          samples: 103365,
          firstAngstrom: 5655.0,
          lastAngstrom: 7502.2,
          stepAngstrom: 0.01787,
          signalToNoise: 24.9,
        },
      },
      REDU: {
        geometry: [
          { m: 65, xp: 2, yp: 1834.771933, lambda: 9310.192182, dlam: 0.045813606, blaze: 0.36540018 },
          { m: 72, xp: 2048, yp: 922.8457428, lambda: 8482.220368, dlam: 0.033977001, blaze: 0.97964962 },
          { m: 79, xp: 4095, yp: 164.6273579, lambda: 7786.924563, dlam: 0.023862388, blaze: 0.18195449 },
        ],
        pixels: [],
        calibratedOrders: [65, 79],
        lineTableRows: 1305,
        product: {
          samples: 77921,
          firstAngstrom: 7660.1,
          lastAngstrom: 9463.7,
          stepAngstrom: 0.02315,
          signalToNoise: 24.4,
        },
      },
    },
  },
  860: {
    '2x2': {
      lineList: { count: 2543, last: 10624.22544 },
      REDL: {
        geometry: [
          { m: 72, xp: 2, yp: 949.3077833, lambda: 8404.981273, dlam: 0.083204732, blaze: 0.27976981 },
          { m: 82, xp: 1024, yp: 422.5568269, lambda: 7447.958171, dlam: 0.060046912, blaze: 0.97267247 },
          { m: 91, xp: 2047, yp: 52.22665661, lambda: 6760.44238, dlam: 0.041642874, blaze: 0.080811521 },
        ],
        pixels: [
          { xp: 512, yp: 405, flat: 16186.999, science: 169.65891 },
          { xp: 512, yp: 406, flat: 16186.999, science: 239.3424 },
          { xp: 1024, yp: 423, flat: 16704.667, science: 266.68806 },
        ],
        calibratedOrders: [72, 91],
        lineTableRows: 1553,
        product: {
          samples: 45888,
          firstAngstrom: 6649.5,
          lastAngstrom: 8544.2,
          stepAngstrom: 0.04129,
          signalToNoise: 38.7,
        },
      },
      REDU: {
        geometry: [
          { m: 59, xp: 2, yp: 886.037324, lambda: 10256.96861, dlam: 0.10115182, blaze: 0.44359114 },
          { m: 64, xp: 1024, yp: 490.8506154, lambda: 9542.536791, dlam: 0.076528467, blaze: 0.98377402 },
          { m: 70, xp: 2047, yp: 83.27296608, lambda: 8788.123882, dlam: 0.053883976, blaze: 0.27906508 },
        ],
        pixels: [
          { xp: 512, yp: 470, flat: 20601.417, science: 199.07419 },
          { xp: 512, yp: 471, flat: 20601.417, science: 295.23989 },
          { xp: 1024, yp: 491, flat: 22788.089, science: 293.3406 },
        ],
        calibratedOrders: [59, 70],
        lineTableRows: 1166,
        product: {
          samples: 34475,
          firstAngstrom: 8645.0,
          lastAngstrom: 10426.3,
          stepAngstrom: 0.05167,
          signalToNoise: 38.1,
        },
      },
    },
    '1x1': {
      lineList: { count: 2543, last: 10624.22544 },
      REDL: {
        geometry: [
          { m: 72, xp: 2, yp: 1891.9785, lambda: 8405.166572, dlam: 0.041443893, blaze: 0.28205281 },
          { m: 82, xp: 2048, yp: 843.3255955, lambda: 7447.941289, dlam: 0.029922362, blaze: 0.97278187 },
          { m: 91, xp: 4095, yp: 97.4394469, lambda: 6760.305248, dlam: 0.020770507, blaze: 0.082207673 },
        ],
        pixels: [],
        calibratedOrders: [72, 91],
        lineTableRows: 1546,
        product: {
          samples: 92063,
          firstAngstrom: 6649.7,
          lastAngstrom: 8544.0,
          stepAngstrom: 0.02058,
          signalToNoise: 24.8,
        },
      },
      REDU: {
        geometry: [
          { m: 59, xp: 2, yp: 1769.627542, lambda: 10257.13463, dlam: 0.050388383, blaze: 0.44518631 },
          { m: 64, xp: 2048, yp: 984.0865727, lambda: 9542.470431, dlam: 0.038140321, blaze: 0.98397682 },
          { m: 70, xp: 4095, yp: 163.7000052, lambda: 8787.91483, dlam: 0.026880464, blaze: 0.28141882 },
        ],
        pixels: [],
        calibratedOrders: [59, 70],
        lineTableRows: 1164,
        product: {
          samples: 69162,
          firstAngstrom: 8645.2,
          lastAngstrom: 10426.1,
          stepAngstrom: 0.02575,
          signalToNoise: 24.4,
        },
      },
    },
  },
} as const

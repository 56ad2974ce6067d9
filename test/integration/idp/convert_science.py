"""Science of IDPs against the injected spectra, with astropy and numpy alone: nothing of phoenix is used.

Arguments: IDP, truth file, IDP, truth file ... Answers a list as JSON on stdout, one entry for each pair. Every warning of astropy is an error (python -W error).
The main flux is the column with meta.main, or the only one; a smooth curve (throughput) is fitted away.
"""
import json
import sys

import numpy as np
from astropy.io import fits

EDGE_ANGSTROM = 50
DEGREE = 8


def mad_rms(values):
    return 1.4826 * np.median(np.abs(values - np.median(values)))


def column(table, u_type):
    header = table.header
    numbers = [n for n in range(1, header['TFIELDS'] + 1) if header[f'TUTYP{n}'].lower().endswith(u_type)]
    main = [n for n in numbers if 'meta.main' in header[f'TUCD{n}']] or numbers
    return np.asarray(table.data[header[f'TTYPE{main[0]}']][0], dtype=float)


def smooth(x, y, keep):
    t = 2 * (x - x[0]) / (x[-1] - x[0]) - 1
    fit = np.polynomial.chebyshev.chebfit(t[keep], y[keep], DEGREE)
    return np.polynomial.chebyshev.chebval(t, fit)


def local_noise(residual, width=300):
    pieces = [residual[i : i + width] for i in range(0, len(residual) - width + 1, width)]
    return np.repeat([mad_rms(piece) for piece in pieces], width)


def science(idp_path, truth_path):
    with fits.open(truth_path) as truth_file:
        truth = truth_file['TRUTH'].data
        true_wave = np.asarray(truth['WAVE'], dtype=float)
        true_flux = np.asarray(truth['FLUX'] / truth['LAMP'], dtype=float)
    with fits.open(idp_path, checksum=True) as idp:
        idp.verify('exception')
        primary, table = idp[0].header, idp['SPECTRUM']
        wave = column(table, 'data.spectralaxis.value')
        flux = column(table, 'data.fluxaxis.value')
        error = column(table, 'fluxaxis.accuracy.staterror')
        quality = np.asarray(table.data['QUAL'][0])
        reduced = np.asarray(table.data['FLUX_REDUCED'][0], dtype=float)
        reduced_error = np.asarray(table.data['ERR_REDUCED'][0], dtype=float)
        keywords = {name: primary[name] for name in ('SNR', 'FLUXCAL', 'WAVELMIN', 'WAVELMAX', 'NCOMBINE')}

    good = quality == 0
    inner = good & (wave > wave[0] + EDGE_ANGSTROM) & (wave < wave[-1] - EDGE_ANGSTROM)
    x, y, e = wave[inner], flux[inner], error[inner]
    star = np.interp(x, true_wave, true_flux)
    ratio = y / star
    level = smooth(x, ratio, np.ones(len(x), bool))
    level = smooth(x, ratio, np.abs(ratio - level) < 5 * mad_rms(ratio - level))
    model = level * star

    shift = 0.0
    for step in range(5):
        shifted = level * np.interp(x - shift, true_wave, true_flux)
        slope = -level * (np.interp(x - shift + 0.01, true_wave, true_flux) - np.interp(x - shift - 0.01, true_wave, true_flux)) / 0.02
        difference = y - shifted
        keep = (np.abs(difference) < 5 * e) | (step < 2)
        shift += np.sum((slope * difference / e**2)[keep]) / np.sum((slope**2 / e**2)[keep])

    noise = local_noise(y - model)
    return {
        **keywords,
        'points': int(len(x)),
        'samples': int(len(wave)),
        'pullMadRms': float(mad_rms((y - model) / e)),
        'wavelengthShiftAngstrom': float(shift),
        # Of the truth: its level over the scatter around it, without any error bar of the file.
        'trueSnr': float(np.median(model[: len(noise)] / noise)),
        'medianSnr': float(np.median(flux[good] / error[good])),
        'largestSnrDifference': float(np.max(np.abs((flux / error)[good] / (reduced / reduced_error)[good] - 1))),
        'flaggedWithData': int(np.sum(~good & (reduced != 0))),
        'goodWithoutData': int(np.sum(good & (reduced == 0))),
        'errorsUsable': bool(np.all(np.isfinite(error)) and np.all(error > 0)),
        'ascending': bool(np.all(np.diff(wave) > 0)),
    }


paths = sys.argv[1:]
json.dump([science(*paths[i : i + 2]) for i in range(0, len(paths), 2)], sys.stdout)
